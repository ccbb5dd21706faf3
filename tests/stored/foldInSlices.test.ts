import { expect, test } from 'bun:test';
import { foldInSlices } from '../../adapters/stored/foldInSlices.ts';

const foldAll = async (texts: readonly string[]) => {
  const slices: string[][] = [[]];
  const folded = await foldInSlices(
    texts,
    (text) => text.length,
    (text) => {
      slices.at(-1)?.push(text);
      return text.toUpperCase();
    },
    async () => {
      slices.push([]);
    },
  );
  return { folded, sizes: slices.map(({ length }) => length) };
};

test('Texts are folded in their order, with a pause after each few long ones', async () => {
  const texts = Array.from({ length: 1_000 }, (_, index) => `${index} ${'x'.repeat(195)}`);
  const { folded, sizes } = await foldAll(texts);
  expect(folded).toEqual(texts.map((text) => text.toUpperCase()));
  expect(Math.max(...sizes)).toBeLessThan(30);
});

test('A few short texts are folded without a pause', async () => {
  expect(await foldAll(['a', 'b'])).toEqual({ folded: ['A', 'B'], sizes: [2] });
  expect(await foldAll([])).toEqual({ folded: [], sizes: [0] });
});
