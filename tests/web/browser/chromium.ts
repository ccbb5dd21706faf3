import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const paths = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Null where there is no Chromium. */
export const chromiumPath = paths.find((path) => existsSync(path)) ?? null;

/**
 * No limit decides a test: a slow machine may need minutes for what takes a second on a fast one. A limit ends a hang, of
 * one step of a page, and of a test or what is set up before it.
 */
export const stepHangMs = 180_000;
export const hangMs = 1_200_000;

/** Root has no sandbox of its own in Debian's Chromium. */
export const launchChromium = (executablePath: string, args: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath, args: ['--no-sandbox', ...args] });

const axe = readFileSync(
  fileURLToPath(new URL('../../../node_modules/axe-core/axe.min.js', import.meta.url)),
  'utf8',
);

/**
 * What axe finds at the top of the page, each as one line. Elsewhere the bar that sticks may lie over a part of a link or a
 * button, which is a small target for axe. It comes in through the debugger, because the page's policy takes no script.
 */
export const violationsOf = async (page: Page): Promise<readonly string[]> => {
  await page.evaluate(() => scrollTo(0, 0));
  const debug = await page.context().newCDPSession(page);
  await debug.send('Runtime.evaluate', { expression: axe });
  const { result } = await debug.send('Runtime.evaluate', {
    expression: `axe
      .run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
      .then(({ violations }) => violations.map(({ id, nodes }) =>
        id + ': ' + nodes.map(({ target }) => target.join(' ')).join(', ')))`,
    awaitPromise: true,
    returnByValue: true,
  });
  await debug.detach();
  const found: unknown = result.value;
  if (!Array.isArray(found)) throw new Error('axe did not answer');
  return found.map(String);
};

/** Collects what the browser complains about: errors, and what the policy refused. */
export const complaintsOf = (page: Page, complaints: string[] = []): string[] => {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return complaints;
};

/** With the memory of left pages that people's browsers have, and playwright turns off. */
export const chromiumWithHistory = (executablePath: string): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--enable-features=BackForwardCache'],
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  });
