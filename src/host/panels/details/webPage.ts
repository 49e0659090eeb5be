/**
 * The address of a web page in its normal form, where international host names show as what they are (punycode);
 * undefined for every other scheme, for addresses that carry a password, and for what is no address at all.
 */
export function webPage(text: string): string | undefined {
  if (text.length > 8192 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined;
}
