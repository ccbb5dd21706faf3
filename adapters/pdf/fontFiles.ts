import { readFile } from 'node:fs/promises';
import { create, type Font } from 'fontkit';
import subsetFont from 'subset-font';
import type { FontFamily } from './families.ts';
import { withSafeLayout } from './shaping.ts';

/** A font that a document can embed, and the characters that it has. */
export type Face = {
  /** The same for the same face in every document. */
  readonly name: string;
  /** The font for one document. */
  open(): Font;
  /** The width of a text at the size of one point. */
  measure(text: string): number;
  readonly characters: ReadonlySet<number>;
};

/** The faces of Latin and Vietnamese text. */
export const openBaseFaces = async (): Promise<{ readonly regular: Face; readonly bold: Face }> => {
  const [regular, bold] = await Promise.all([
    openFace('regular', () =>
      import.meta.resolve('@expo-google-fonts/be-vietnam-pro/400Regular/BeVietnamPro_400Regular.ttf'),
    ),
    openFace('bold', () =>
      import.meta.resolve('@expo-google-fonts/be-vietnam-pro/600SemiBold/BeVietnamPro_600SemiBold.ttf'),
    ),
  ]);
  return { regular, bold };
};

const openFace = async (name: string, url: () => string): Promise<Face> =>
  faceOf(name, await readFile(new URL(url())), true);

/**
 * Reading fonts is half of the work of a short invoice, so documents share the base faces and those of Chinese, Japanese
 * and Korean. A font remembers for each glyph the characters that it first stood for. They are written into the document,
 * so they must not depend on the documents before it: a shared font meets all its characters in the same order.
 */
const faceOf = (name: string, bytes: Buffer, isShared: boolean): Face => {
  const open = (): Font => {
    const font = create(bytes);
    if (!isFont(font)) throw new Error(`${name} is a collection of fonts`);
    return withSafeLayout(font);
  };
  const font = open();
  const characters = new Set(font.characterSet);
  if (isShared)
    for (const character of font.characterSet.toSorted((one, other) => one - other))
      if (!isLigature(character)) font.glyphForCodePoint(character);
  const widths = new Map<string, number>();
  const measure = (text: string): number => {
    const known = widths.get(text) ?? font.layout(text).advanceWidth / font.unitsPerEm;
    // Single characters come again and again, and there are not many of them.
    if (text.length <= 2) widths.set(text, known);
    return known;
  };
  return { name, open: isShared ? () => font : open, measure, characters };
};

/** A ligature stands for its letters: see `graphemesOf`. */
const isLigature = (character: number): boolean => character >= 0xfb00 && character <= 0xfb06;

const isFont = (font: ReturnType<typeof create>): font is Font => 'characterSet' in font;

/** One file of a family, and the characters that it may have, each as its first and its last code point. */
export type FontFile = {
  readonly name: string;
  readonly url: URL;
  readonly ranges: readonly (readonly [number, number])[];
  readonly isShared: boolean;
};

/** The files of a family of which `isUsed` is true. */
export const listFontFiles = async ({
  name: family,
  folder,
  isUsed,
  isShared,
}: FontFamily): Promise<readonly FontFile[]> => {
  const index = new URL(folder());
  const ranges: Readonly<Record<string, string>> = JSON.parse(await readFile(index, 'utf8'));
  return Object.entries(ranges)
    .map(([key, text]) => ({ key: key.replace(/[[\]]/g, ''), text }))
    .filter(({ key }) => isUsed(key))
    .map(({ key, text }) => {
      const name = `${family}-${key}`;
      return {
        name,
        url: new URL(`files/${name}-wght-normal.woff2`, index),
        ranges: parseRanges(text),
        isShared,
      };
    });
};

/** `U+20-7e,U+a0`. */
const parseRanges = (text: string): FontFile['ranges'] =>
  text.split(',').map((range) => {
    const [first = 0, last = first] = range
      .replace('U+', '')
      .split('-')
      .map((hex) => Number.parseInt(hex, 16));
    return [first, last];
  });

/**
 * The file as a font of one weight. The files have all weights and are compressed in a way that no library for PDF can
 * embed.
 */
export const openFontFile = async ({ name, url, ranges, isShared }: FontFile): Promise<Face> => {
  const text = ranges.map(([first, last]) => charactersFrom(first, last)).join('');
  const options = { targetFormat: 'truetype', variationAxes: { wght: 400 } } as const;
  return faceOf(name, await subsetFont(await readFile(url), text, options), isShared);
};

const charactersFrom = (first: number, last: number): string =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCodePoint(first + index)).join('');
