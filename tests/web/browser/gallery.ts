import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The policy of the product's pages: a part that needs an inline style or script shows itself here. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const web = fileURLToPath(new URL('../../../web', import.meta.url));

const images = fileURLToPath(new URL('../../../demo/images', import.meta.url));
const pictures: ReadonlyMap<string, string> = new Map(readdirSync(images).map((name) => [name, name]));

const html = `<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Cartwright</title>
<link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css">
<script type="module" src="/main.js"></script>
</head>
<body><div id="app"></div></body>
</html>`;

type Gallery = { readonly url: string; readonly styleBytes: number; readonly stop: () => Promise<void> };

/** Builds the gallery in memory and serves it on a free port. */
export const serveGallery = async (port = 0): Promise<Gallery> => {
  const [script, style] = await Promise.all([bundle('gallery/main.tsx'), bundle('parts/style.css')]);
  const files: Readonly<Record<string, readonly [string, string]>> = {
    '/main.js': ['text/javascript', script],
    '/style.css': ['text/css', style],
    '/icon.svg': ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
  };
  const server = Bun.serve({
    port,
    hostname: '127.0.0.1',
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      const picture = pictures.get(pathname.replace('/images/', ''));
      if (picture !== undefined)
        return new Response(Bun.file(join(images, picture)), {
          headers: { 'content-type': 'image/svg+xml' },
        });
      const [type, body] = files[pathname] ?? ['text/html', html];
      return new Response(body, {
        headers: { 'content-type': `${type}; charset=utf-8`, 'content-security-policy': policy },
      });
    },
  });
  return {
    url: server.url.href,
    styleBytes: Bun.gzipSync(new TextEncoder().encode(style)).byteLength,
    stop: () => server.stop(true),
  };
};

const bundle = async (file: string): Promise<string> => {
  const built = await Bun.build({
    entrypoints: [join(web, file)],
    target: 'browser',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  const [output] = built.outputs;
  if (output === undefined) throw new Error(`the bundler wrote nothing for ${file}`);
  return output.text();
};

if (import.meta.main) console.log((await serveGallery(Number(process.argv[2] ?? 0))).url);
