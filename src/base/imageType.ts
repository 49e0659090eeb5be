const signatures: readonly (readonly [start: string, mimeType: string])[] = [
  ['iVBORw0KGgo', 'image/png'],
  ['/9j/', 'image/jpeg'],
  ['R0lGODdh', 'image/gif'],
  ['R0lGODlh', 'image/gif'],
];

/**
 * The type of a picture by its first bytes, of those that hold nothing but pixels: PNG, JPEG, GIF, WebP. Undefined for
 * anything else, whatever it was said to be. `data` is base64.
 */
export function imageType(data: string): string | undefined {
  const found = signatures.find(([start]) => data.startsWith(start));
  if (found) return found[1];
  // RIFF, four bytes of size, WEBP.
  return data.startsWith('UklGR') && data.slice(12, 16) === 'RUJQ' ? 'image/webp' : undefined;
}
