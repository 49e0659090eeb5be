export interface PageParts {
  readonly cspSource: string;
  readonly nonce: string;
  readonly scriptUri: string;
  readonly styleUri: string;
  readonly title: string;
  /** Pictures that the page holds as `data:` addresses may be shown. */
  readonly showsImages?: boolean;
}

/**
 * The panel's page: an empty body, one script and one style sheet of our own. Nothing from a span is ever written into
 * it; the script asks for what it shows. The policy lets nothing else load, connect, frame or submit.
 */
export function pageHtml({
  cspSource,
  nonce,
  scriptUri,
  styleUri,
  title,
  showsImages = false,
}: PageParts): string {
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src ${cspSource}`,
    `font-src ${cspSource}`,
    ...(showsImages ? ['img-src data:'] : []),
    `connect-src 'none'`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${styleUri}">
<title>${title}</title>
</head>
<body>
<main id="root"></main>
<script nonce="${nonce}" src="${scriptUri}"></script>
</body>
</html>`;
}
