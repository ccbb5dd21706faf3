import { afterAll, describe, expect, test } from 'bun:test';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { buildPages } from '../../web/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartwright-build-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Manifest = {
  sources: string;
  documents: Record<string, { script: string; style: string; preloads: string[] }>;
};

const assets = join(folder, 'assets');
const manifestFile = join(folder, 'manifest.json');
const readManifest = (): Manifest => JSON.parse(readFileSync(manifestFile, 'utf8'));
const read = (name: string): Buffer => readFileSync(join(assets, name));

/** Built once for all tests of this file. */
const built = await buildPages(folder, { onlyIfStale: true });

describe('The build of the pages', () => {
  test('It writes the documents, and each file with compressed copies', () => {
    expect(built).toBe(true);
    expect(Object.keys(readManifest().documents)).toEqual(expect.arrayContaining(['shop', 'pay', 'console']));
    const names = readdirSync(assets);
    const files = names.filter((name) => !/\.(?:br|gz)$/.test(name));
    expect(names.length).toBe(3 * files.length);
    for (const name of files) {
      expect(brotliDecompressSync(read(`${name}.br`)).equals(read(name))).toBe(true);
      expect(gunzipSync(read(`${name}.gz`)).equals(read(name))).toBe(true);
    }
  });

  test('It does nothing while its sources are the same, and builds again when they change', async () => {
    expect(await buildPages(folder, { onlyIfStale: true })).toBe(false);
    const manifest = readManifest();
    writeFileSync(manifestFile, JSON.stringify({ ...manifest, sources: 'others' }));
    expect(await buildPages(folder, { onlyIfStale: true })).toBe(true);
    expect(readManifest()).toEqual(manifest);
  });

  test('A file of an earlier build stays for a day, for the pages that are still open', async () => {
    const old = ['shop-main-old00000.js', 'shop-main-new00000.js'];
    for (const name of old) writeFileSync(join(assets, name), '');
    const twoDaysAgo = new Date(Date.now() - 48 * 3_600_000);
    utimesSync(join(assets, 'shop-main-old00000.js'), twoDaysAgo, twoDaysAgo);
    await buildPages(folder, { onlyIfStale: false });
    const names = readdirSync(assets);
    expect(old.map((name) => names.includes(name))).toEqual([false, true]);
    const { script } = readManifest().documents.shop ?? { script: '' };
    expect(names).toContain(script);
  });

  test('A file of another build that is gone by the time it is looked at fails no build', async () => {
    // A link to nothing is like it: its name is in the folder, and there is no such file.
    symlinkSync(join(folder, 'renamed'), join(assets, 'shop-main-new00000.js.7.draft'));
    expect(await buildPages(folder, { onlyIfStale: false })).toBe(true);
    rmSync(join(assets, 'shop-main-new00000.js.7.draft'));
  });

  test('It writes the scripts for production, and no script holds a path of the machine', () => {
    for (const name of readdirSync(assets).filter((each) => each.endsWith('.js'))) {
      const text = read(name).toString();
      expect(text).not.toContain('jsxDEV');
      expect(text).not.toContain(join(import.meta.dir, '../..'));
    }
  });
});

describe('The budget of a first visit', () => {
  const kilobytes = (names: readonly string[]): number =>
    names.reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0) / 1_000;

  test.each([
    ['shop', 25],
    ['pay', 25],
    ['console', 30],
  ])('The scripts of the document %s have at most %p kB', (name, most) => {
    const { script, style, preloads } = readManifest().documents[name] ?? {
      script: '',
      style: '',
      preloads: [],
    };
    expect(kilobytes([script, ...preloads])).toBeLessThanOrEqual(most);
    expect(kilobytes([style])).toBeLessThanOrEqual(6);
    // With the document itself.
    expect(2 + 1 + preloads.length).toBeLessThanOrEqual(6);
  });

  test('A further page and the words of a language are scripts of their own, each of at most 10 kB', () => {
    const { first, further } = scripts();
    // Cart and orders, an order, sign-in, and the words of the first page and of the others in two languages.
    expect(further.length).toBeGreaterThanOrEqual(7);
    // The chart of the overview is a library, and loads after the numbers.
    const [charts, pages] = [further.filter(isChart), further.filter((name) => !isChart(name))];
    expect(charts).toHaveLength(1);
    expect(kilobytes(charts)).toBeLessThanOrEqual(30);
    for (const name of pages) expect(kilobytes([name])).toBeLessThanOrEqual(10);
    // What a first visit loads, in the language that needs more bytes.
    const wordsOf = (word: string) => further.filter((name) => read(name).toString().includes(word));
    for (const word of ['Tìm sản phẩm', 'Find a product']) {
      expect(wordsOf(word)).toHaveLength(1);
      expect(kilobytes([...first, ...wordsOf(word)])).toBeLessThanOrEqual(25);
    }
  });

  const isChart = (name: string): boolean => read(name).toString().includes('u-wrap');

  const scripts = () => {
    const { documents: all } = readManifest();
    const { script, preloads } = all.shop ?? { script: '', preloads: [] };
    const known = new Set(Object.values(all).flatMap((document) => document.preloads));
    return {
      first: [script, ...preloads],
      further: readdirSync(assets).filter(
        (name) => name.startsWith('part-') && name.endsWith('.js') && !known.has(name),
      ),
    };
  };
});
