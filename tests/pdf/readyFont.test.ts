import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { create } from 'fontkit';
import { openBaseFaces } from '../../adapters/pdf/fontFiles.ts';
import { createTakeFontPart } from '../../adapters/pdf/fontPart.ts';

const faces = await openBaseFaces();

describe('A part of a font', () => {
  const font = faces.regular.open();
  const subset = font.createSubset();
  for (const letter of 'aAộ gƠﬁ₫') for (const glyph of font.layout(letter).glyphs) subset.includeGlyph(glyph);
  const whole = Buffer.from(subset.encode());
  const count = glyphsOf(whole).length;
  const takePart = createTakeFontPart(whole);

  test('A part of a font draws its glyphs as the font does, and no others', () => {
    fc.assert(
      fc.property(fc.subarray([...Array(count).keys()], { minLength: 1 }), (glyphs) => {
        const drawn = glyphsOf(Buffer.from(takePart(glyphs)));
        expect(drawn.length).toBe((glyphs.at(-1) ?? 0) + 1);
        for (const [glyph, { path, width }] of glyphsOf(whole).slice(0, drawn.length).entries())
          expect(drawn[glyph]).toEqual({ path: glyphs.includes(glyph) ? path : '', width });
      }),
      { numRuns: 100 },
    );
  });

  test('The sums of a part of a font and of its tables are those that its format asks for', () => {
    const file = Buffer.from(takePart([0, 2, 3, 5]));
    const sumOf = (bytes: Buffer) =>
      Array.from({ length: bytes.length / 4 }, (_, at) => bytes.readUInt32BE(at * 4)).reduce(
        (sum, each) => (sum + each) >>> 0,
        0,
      );
    expect(sumOf(file)).toBe(0xb1b0_afba);
    for (let entry = 12; entry < 12 + file.readUInt16BE(4) * 16; entry += 16) {
      const [sum, from, length] = [4, 8, 12].map((at) => file.readUInt32BE(entry + at));
      if (sum === undefined || from === undefined || length === undefined) throw new Error('no table');
      const table = Buffer.from(file.subarray(from, from + Math.ceil(length / 4) * 4));
      if (file.toString('latin1', entry, entry + 4) === 'head') table.fill(0, 8, 12);
      expect(sumOf(table)).toBe(sum);
    }
  });
});

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

function glyphsOf(file: Buffer): readonly { readonly path: string; readonly width: number }[] {
  const font = create(file);
  if (!('numGlyphs' in font)) throw new Error('the file is a collection');
  return Array.from({ length: font.numGlyphs }, (_, id) => {
    const glyph = font.getGlyph(id);
    return { path: glyph.path.toSVG(), width: glyph.advanceWidth };
  });
}

const codesIn = (operator: string): number =>
  [...operator.matchAll(/<([0-9a-f]+)>/g)].reduce((sum, [, hex = '']) => sum + hex.length / 4, 0);
const kerningIn = (operator: string): readonly number[] =>
  [...operator.matchAll(/> (-?\d+) </g)].map(([, kerning]) => Number(kerning));
