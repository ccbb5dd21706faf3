import { describe, expect, test } from 'bun:test';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoProducts } from '../../demo/loadProducts.ts';

const folder = join(import.meta.dir, '../../demo/images');
const names = readdirSync(folder);

/** A product of a type that has no file of products has no picture either. */
const pictured = demoProducts.filter(({ code }) => !code.startsWith('NEW-'));

describe('The pictures of the demo products', () => {
  test('Each product has a picture that is there, and each picture has a product', () => {
    const used = new Set(pictured.map(({ imageUrl }) => imageUrl));
    expect([...used].sort()).toEqual(names.map((name) => `/images/${name}`).sort());
  });

  test.each(names)(
    'The picture %s is a small drawing without scripts and without files of others',
    (name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(name).toMatch(/^[a-z-]+\.svg$/);
      expect(text.length).toBeLessThan(2_048);
      expect(text).toStartWith('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96">');
      expect(text).not.toMatch(/<(?!\/?(?:svg|path|rect|circle|ellipse)\b)|\bon\w+=|style=|href|url\(|NaN/);
      // Every element but the outermost is closed in its own tag.
      expect(text.match(/<(?!svg|\/svg)[^>]*[^/]>/g)).toBeNull();
    },
  );
});
