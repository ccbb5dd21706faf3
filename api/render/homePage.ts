import { createHash } from 'node:crypto';

const style =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#222}dt{margin-top:1rem}dd{margin:0}code{background:#eee;padding:0 .25rem}';

const demoEntry = `<dt><code>POST /demo/tokens</code></dt>
<dd>This is demo mode: <code>{"email":"ann@example.com","role":"customer"}</code> gives anyone a token.</dd>
`;

/** The page at `/`, for somebody who opens the address of the API in a browser. */
export const renderHomePage = ({
  version,
  demo,
}: {
  readonly version: string;
  readonly demo: boolean;
}) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cartwright</title>
<link rel="icon" type="image/svg+xml" href="/favicon.ico">
<style>${style}</style>
</head>
<body>
<h1>Cartwright ${version}</h1>
<p>This is the API of a shop. It is up.</p>
<dl>
<dt><a href="/docs">Documentation</a></dt>
<dd>Every call, with examples, to try from the browser. Also as an <a href="/docs/json">OpenAPI document</a>.</dd>
<dt><a href="/docs/problems">Problems</a></dt>
<dd>What each error code means and what to do about it.</dd>
<dt><a href="/health/ready">Health</a></dt>
<dd>Whether this process can do its work.</dd>
${demo ? demoEntry : ''}</dl>
</body>
</html>
`;

/** The content security policy of the page: only its own style and icon. */
export const homePagePolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** A cart. */
export const favicon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#14532d"/><path d="M5 7h4l4 13h11l3-9H11" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round"/><circle cx="14" cy="25" r="2" fill="#fff"/><circle cx="23" cy="25" r="2" fill="#fff"/></svg>
`;
