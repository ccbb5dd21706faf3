import type { DocumentFiles } from '../http/pageFiles.ts';

export type DocumentSettings = {
  readonly shopName: string;
  /** `demo`, the address of the provider's sign-in page, or null for neither. */
  readonly signIn: string | null;
  /** Scripts of other hosts that the document needs. */
  readonly foreignScripts: readonly string[];
};

/**
 * The HTML of a document: an empty frame, which its script fills. There is no inline script or style, because the
 * policy allows none. What a page needs to know before its first request stands in `meta` elements.
 */
export const renderDocument = (
  { script, style, preloads }: DocumentFiles,
  { shopName, signIn, foreignScripts }: DocumentSettings,
): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="application-name" content="${escapeText(shopName)}">
${signIn === null ? '' : `<meta name="sign-in" content="${escapeText(signIn)}">\n`}<title>${escapeText(shopName)}</title>
<link rel="icon" type="image/svg+xml" href="/favicon.ico">
<link rel="stylesheet" href="/assets/${style}">
${preloads.map((file) => `<link rel="modulepreload" href="/assets/${file}">\n`).join('')}<script type="module" src="/assets/${script}"></script>
${foreignScripts.map((url) => `<script async src="${escapeText(url)}"></script>\n`).join('')}</head>
<body>
<div id="app"></div>
<noscript><p>Cửa hàng này cần JavaScript.</p><p lang="en">This shop needs JavaScript.</p></noscript>
</body>
</html>
`;

const escapeText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** For an operator who has started the server without its pages. */
export const missingPagesPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The pages are not built</title>
</head>
<body>
<h1>The pages are not built</h1>
<p>Run <code>bun run web</code> in the folder of Cartwright, and start the server again. <code>bun run start</code> does both.</p>
<p>The API works without them: see its <a href="/docs">documentation</a>.</p>
</body>
</html>
`;
