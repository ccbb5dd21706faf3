import { gzipSync } from 'node:zlib';
import type { ConsoleGround } from './consoleGround.ts';

/** Counts the scripts that a browser that has nothing yet loads, as gzip makes them, until the page at `path` shows `seen`. */
export const createScriptBytes =
  (visit: ConsoleGround['visit']) =>
  async (path: string, seen: string): Promise<number> => {
    const sizes: Promise<number>[] = [];
    await visit(
      async ({ goto, page }) => {
        page.on('response', (response) => {
          if (response.request().resourceType() === 'script')
            sizes.push(response.body().then((body) => gzipSync(body, { level: 9 }).byteLength));
        });
        await goto(path);
        await page.locator(seen).first().waitFor();
        await Promise.all(sizes);
      },
      { language: 'vi' },
    );
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  };
