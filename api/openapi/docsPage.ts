import { readFile } from 'node:fs/promises';

import { asyncApiStyle } from './asyncApiStyle.ts';
import { problemStyle } from './problemPages.ts';

type Asset = { readonly type: string; read(): Promise<Uint8Array<ArrayBuffer> | string> };

/**
 * Creates an asset from a file of an installed package. The file is found and read once, at the first request.
 */
const createPackageAsset = (url: () => string, type: string): Asset => {
  let read: Promise<Uint8Array<ArrayBuffer>> | null = null;
  return { type, read: () => (read ??= readFile(new URL(url()))) };
};

const startScript = `window.addEventListener('load', () => {
  SwaggerUIBundle({ url: '/docs/json', dom_id: '#swagger-ui', deepLinking: true, persistAuthorization: true, validatorUrl: null });
});
`;

/** The files that the page loads, by their names under `/docs/`. */
export const assets: ReadonlyMap<string, Asset> = new Map([
  [
    'swagger-ui.css',
    createPackageAsset(
      () => import.meta.resolve('swagger-ui-dist/swagger-ui.css'),
      'text/css; charset=utf-8',
    ),
  ],
  [
    'swagger-ui-bundle.js',
    createPackageAsset(
      () => import.meta.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
      'text/javascript; charset=utf-8',
    ),
  ],
  [
    'favicon-32x32.png',
    createPackageAsset(() => import.meta.resolve('swagger-ui-dist/favicon-32x32.png'), 'image/png'),
  ],
  ['problems.css', { type: 'text/css; charset=utf-8', read: () => Promise.resolve(problemStyle) }],
  ['asyncapi.css', { type: 'text/css; charset=utf-8', read: () => Promise.resolve(asyncApiStyle) }],
  ['start.js', { type: 'text/javascript; charset=utf-8', read: () => Promise.resolve(startScript) }],
]);

/** The HTML page at `/docs`. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cartwright</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

/**
 * The content security policy of the page. Swagger UI needs inline styles and has `data:` images in its style
 * sheet.
 */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
