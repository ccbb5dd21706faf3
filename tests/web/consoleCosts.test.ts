import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { buildPages } from '../../web/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartwright-console-'));
afterAll(() => rmSync(folder, { recursive: true }));
await buildPages(folder, { onlyIfStale: false });

const read = (name: string): string => readFileSync(join(folder, 'assets', name), 'utf8');
const sizeOf = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).byteLength, 0);

/** The scripts that a script imports at once, and those that they import. */
const partsOf = (name: string, found = new Set<string>()): ReadonlySet<string> => {
  for (const [, file = ''] of read(name).matchAll(/(?:\bfrom|\bimport)\s*"\/assets\/([^"]+)"/g)) {
    if (found.has(file)) continue;
    found.add(file);
    partsOf(file, found);
  }
  return found;
};
const laterOf = (name: string): readonly string[] =>
  [...read(name).matchAll(/\bimport\("\/assets\/([^"]+)"\)/g)].map(([, file = '']) => file);

const { documents } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
const { script, preloads } = documents.console;
const first = new Set<string>([script, ...preloads]);
/** By what it exports, such as `TasksPage` or `consoleViTasks`: what it loads beside the first visit. */
const costs = new Map(
  [...first].flatMap(laterOf).map((name): [string, number] => {
    const [, exported = name] = /export\s*\{\s*\w+ as (\w+)/.exec(read(name)) ?? [];
    return [exported, sizeOf([name, ...partsOf(name)].filter((file) => !first.has(file)))];
  }),
);

test('Each page of the console loads at most 10 kB of script beside the first visit, with all its parts', () => {
  const pages = [...costs].filter(([name]) => name.endsWith('Page'));
  expect(pages.length).toBeGreaterThanOrEqual(16);
  expect(pages.filter(([, size]) => size > 10_000)).toEqual([]);
});

test('The words of a page of the console are at most 4 kB in each language', () => {
  const words = [...costs].filter(([name]) => /^console(?:En|Vi)/.test(name));
  expect(words.length).toBeGreaterThanOrEqual(20);
  expect(words.filter(([, size]) => size > 4_000)).toEqual([]);
});

test('A first visit of the console takes at most 30 kB of script, with the overview and its words', () => {
  const overview = ['OverviewPage', 'consoleVi', 'consoleViOverview'].map(
    (name) => costs.get(name) ?? Number.NaN,
  );
  expect(sizeOf(first) + overview.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(30_000);
});
