import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { openBaseFaces } from '../../adapters/pdf/fontFiles.ts';

const faces = await openBaseFaces();

describe('A ready font', () => {
  test.each(['regular', 'bold'] as const)(
    'The %s ready font places the letters of each text as the font itself does',
    (weight) => {
      const { ready, open } = faces[weight];
      const font = open();
      const letters = fc.constantFrom(...ready.characters, 'f', 'i', 'l', 'ff', '.', '1', 'T', 'o', '-');
      fc.assert(
        fc.property(fc.string({ unit: letters, minLength: 1, maxLength: 12 }), (text) => {
          const shaped = ready.shape(text);
          if (shaped === null) return;
          const { glyphs, positions } = font.layout(text);
          expect({ text, codes: codesIn(shaped.operator) }).toEqual({ text, codes: glyphs.length });
          expect({ text, kerning: kerningIn(shaped.operator) }).toEqual({
            text,
            kerning: positions
              .map(({ xAdvance }, index) => (glyphs[index]?.advanceWidth ?? 0) - xAdvance)
              .filter((kerning) => kerning !== 0),
          });
          expect(shaped.width * font.unitsPerEm).toBeCloseTo(
            positions.reduce((sum, { xAdvance }) => sum + xAdvance, 0),
            6,
          );
          expect(positions.every(({ xOffset, yOffset }) => xOffset === 0 && yOffset === 0)).toBeTrue();
        }),
        { numRuns: 2_000 },
      );
    },
  );

  test('The ready fonts have almost all pairs of their characters', () => {
    for (const { ready } of [faces.regular, faces.bold]) {
      const characters = [...ready.characters];
      expect(characters.length).toBeGreaterThan(290);
      const others = characters.flatMap((one) =>
        [...'aiộ. 1']
          .filter((other) => ready.shape(`${one}${other}`) === null)
          .map((other) => `${one}${other}`),
      );
      expect(others).toEqual([]);
    }
  });

  test('A ready font has no text with a character that it lacks', () => {
    const { ready } = faces.regular;
    expect(ready.shape('Áo thun')).not.toBeNull();
    for (const text of ['三', 'Áo ไทย', 'e\u0301', '\u00ad', 'ŵ', '\n']) expect(ready.shape(text)).toBeNull();
  });
});

const codesIn = (operator: string): number =>
  [...operator.matchAll(/<([0-9a-f]+)>/g)].reduce((sum, [, hex = '']) => sum + hex.length / 4, 0);
const kerningIn = (operator: string): readonly number[] =>
  [...operator.matchAll(/> (-?\d+) </g)].map(([, kerning]) => Number(kerning));
