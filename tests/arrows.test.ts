import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Arrows point inward only: `api | worker → core ← adapters`. The composition root (`server/main.ts`, `main/` and
 * the catalogue's command) and the tests alone see everything.
 */

const top = fileURLToPath(new URL('..', import.meta.url));
const folders = ['core', 'api', 'worker', 'adapters', 'demo', 'server', 'tests'];

/** Paths from the top, such as `core/audit.ts`. */
const files = [
  ...readdirSync(top).filter((name) => name.endsWith('.ts')),
  ...folders.flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join(folder, name)),
  ),
];

/** The code alone: what a comment names is no arrow. */
const codeOf = (file: string): string =>
  readFileSync(join(top, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');

const importsOf = (file: string): readonly string[] =>
  [...codeOf(file).matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map(([, from]) => from ?? '');

/** Where a file lives: `core`, `adapters/sqlite`, `adapters/stored/localWakeup.ts`, `top`, … */
const homeOf = (file: string): string => {
  const [folder, second] = file.split('/');
  if (second === undefined || folder === 'server') return 'top';
  if (file.startsWith('adapters/stripe/format/')) return 'adapters/stripe/format';
  return folder === 'adapters' ? `adapters/${second}` : (folder ?? '');
};

/** What a file's imports lead to: a home of this tree, or a package. */
const arrowsOf = (file: string): readonly string[] =>
  importsOf(file).map((from) =>
    from.startsWith('.') ? homeOf(normalize(join(dirname(file), from))) : packageOf(from),
  );

const packageOf = (from: string): string => {
  if (from.startsWith('node:') || from.startsWith('bun:')) return from;
  return from.split('/', from.startsWith('@') ? 2 : 1).join('/');
};

const isHome = (arrow: string): boolean => arrow === 'top' || folders.includes(arrow.split('/')[0] ?? '');

/** The homes of this tree that a file may see. */
const mayTo = (file: string): ((home: string) => boolean) => {
  const home = homeOf(file);
  if (home === 'top' || home === 'tests' || home === 'demo') return () => true;
  if (home === 'core') return (to) => to === 'core';
  // The sandbox speaks Stripe's API, so the two share its formats.
  if (home === 'adapters/stripe' || home === 'adapters/sandbox')
    return (to) => [home, 'core', 'adapters/stored', 'adapters/stripe/format'].includes(to);
  // What stands beside the adapters' folders, and in none of them, is for all of them.
  return (to) => to === 'core' || to === home || (home.startsWith('adapters/') && to === 'adapters/stored');
};

/** `file → what it sees`, for each arrow that `isWrong`. */
const wrongArrows = (isWrong: (arrow: string, file: string) => boolean): readonly string[] =>
  files.flatMap((file) =>
    arrowsOf(file).flatMap((arrow) => (isWrong(arrow, file) ? [`${file} → ${arrow}`] : [])),
  );

describe('the arrows', () => {
  test('the whole tree is read', () => {
    const homes = new Set(files.map(homeOf));
    const expected = ['top', 'core', 'api', 'worker', 'demo', 'tests', 'adapters/stripe', 'adapters/sqlite'];
    expect([...homes]).toEqual(expect.arrayContaining([...expected, 'adapters/postgres', 'adapters/system']));
    expect(arrowsOf('server/main.ts')).toEqual(
      expect.arrayContaining(['core', 'api', 'worker', 'adapters/system']),
    );
    expect(arrowsOf('core/usecases/checkOut.ts')).toEqual(expect.arrayContaining(['core', 'neverthrow']));
  });

  test('point inward only', () => {
    expect(wrongArrows((arrow, file) => isHome(arrow) && !mayTo(file)(arrow))).toEqual([]);
  });

  test('core knows neverthrow and nothing else', () => {
    const isForeign = (arrow: string, file: string) =>
      homeOf(file) === 'core' && !isHome(arrow) && arrow !== 'neverthrow';
    expect(wrongArrows(isForeign)).toEqual([]);
  });

  test('the framework is known to the api alone, and drivers to the adapters alone', () => {
    const keepers: Record<string, string> = {
      elysia: 'api',
      '@elysiajs/swagger': 'api',
      jose: 'api',
      'better-sqlite3': 'adapters',
      'drizzle-orm': 'adapters',
      postgres: 'adapters',
      nodemailer: 'adapters',
      stripe: 'adapters',
    };
    const isAstray = (arrow: string, file: string) => {
      const keeper = keepers[arrow];
      const home = homeOf(file);
      return keeper !== undefined && home !== 'tests' && home.split('/')[0] !== keeper;
    };
    expect(wrongArrows(isAstray)).toEqual([]);
  });
});

describe('the outside', () => {
  /** `file: what it says`, for each match of `pattern` in the files that are asked for. */
  const sayings = (pattern: RegExp, isAsked: (file: string) => boolean): readonly string[] =>
    files
      .filter(isAsked)
      .flatMap((file) => [...codeOf(file).matchAll(pattern)].map(([said]) => `${file}: ${said}`));

  test('core has no clock, no chance, no environment and no network of its own', () => {
    const outside =
      /\b(?:Bun|Deno|process|console|performance|crypto|globalThis|import\.meta)\b|\bfetch\(|\bMath\.random\b|\bDate\.now\b|\bnew Date\(\)|\bset(?:Timeout|Interval|Immediate)\b/g;
    expect(sayings(outside, (file) => homeOf(file) === 'core')).toEqual([]);
  });

  test('one runtime or the other is named only where the api is served and where all is put together', () => {
    const runtimes = /\b(?:Bun|Deno)\.\w+/g;
    const isAsked = (file: string) =>
      !['tests', 'top'].includes(homeOf(file)) && file !== join('api', 'http', 'serve.ts');
    expect(sayings(runtimes, isAsked)).toEqual([]);
  });

  test('the environment is read at the top alone', () => {
    const isAsked = (file: string) => !['tests', 'top', 'demo'].includes(homeOf(file));
    expect(sayings(/\bprocess\.env\b/g, isAsked)).toEqual([]);
  });
});
