import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildPages } from '../../web/build.ts';

const folder = mkdtempSync(join(tmpdir(), 'cartwright-gallery-'));
afterAll(() => rmSync(folder, { recursive: true }));

const build = async (name: string, withParts: boolean) => {
  const dist = join(folder, name);
  await buildPages(dist, { onlyIfStale: false, withParts });
  const { documents }: { documents: object } = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8'));
  const assets = join(dist, 'assets');
  const scripts = readdirSync(assets).filter((file) => file.endsWith('.js'));
  return {
    documents: Object.keys(documents),
    code: scripts.map((file) => readFileSync(join(assets, file), 'utf8')).join('\n'),
  };
};

test('The gallery of the parts is built where it is asked for, and is no part of the product', async () => {
  const [product, development] = await Promise.all([build('product', false), build('development', true)]);
  expect(development.documents).toEqual([...product.documents, 'parts']);
  expect(development.code).toContain('alert(1)');
  expect(product.code).not.toContain('alert(1)');
});
