import { readFile } from 'node:fs/promises';
import { create, type Font } from 'fontkit';
import subsetFont from 'subset-font';
import type { FontFamily } from './families.ts';
import { createReadyFont, type ReadyFont } from './readyFont.ts';
import { withSafeLayout } from './shaping.ts';

/** A font that a document can embed, and the characters that it has. */
export type Face = {
  /** The same for the same face in every document. */
  readonly name: string;
  /** The font for one document. */
  open(): Font;
  /** `operator` is null for what only the library can write into a page, with a part of the font of its own. */
  shape(text: string): {
    readonly width: number;
    readonly operator: string | null;
    readonly codes: readonly number[];
  };
  readonly ready: ReadyFont | null;
  readonly characters: ReadonlySet<number>;
};

/** `ready` has the letters of most texts. */
export type BaseFace = Face & { readonly ready: ReadyFont };

/** The faces of Latin and Vietnamese text. */
export const openBaseFaces = async (): Promise<{ readonly regular: BaseFace; readonly bold: BaseFace }> => {
  const [regular, bold] = await Promise.all([
    openBaseFace('regular', 'READYR', () =>
      import.meta.resolve('@expo-google-fonts/be-vietnam-pro/400Regular/BeVietnamPro_400Regular.ttf'),
    ),
    openBaseFace('bold', 'READYB', () =>
      import.meta.resolve('@expo-google-fonts/be-vietnam-pro/600SemiBold/BeVietnamPro_600SemiBold.ttf'),
    ),
  ]);
  return { regular, bold };
};

const openBaseFace = async (name: string, tag: string, url: () => string): Promise<BaseFace> => {
  const file = await readFile(new URL(url()));
  // Without hints for screens of few pixels, the file is half as long. Who reads a PDF draws it without them.
  const options = { targetFormat: 'truetype', noHinting: true } as const;
  const bytes = await subsetFont(file, textOf(openFont(name, file).characterSet), options);
  const face = faceOf(name, bytes, true);
  const ready = createReadyFont(face.open(), `ready-${name}`, tag);
  return { ...face, ready, shape: (text) => ready.shape(text) ?? face.shape(text) };
};

const textOf = (points: readonly number[]): string => String.fromCodePoint(...points);

/**
 * Reading fonts is half of the work of a short invoice, so documents share the base faces and those of Chinese, Japanese
 * and Korean. A font remembers for each glyph the characters that it first stood for. They are written into the document,
 * so they must not depend on the documents before it: a shared font meets all its characters in the same order.
 */
const faceOf = (name: string, bytes: Buffer, isShared: boolean): Face => {
  const open = (): Font => withSafeLayout(openFont(name, bytes));
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
  const shape: Face['shape'] = (text) => ({ width: measure(text), operator: null, codes: [] });
  return { name, open: isShared ? () => font : open, shape, ready: null, characters };
};

const openFont = (name: string, bytes: Buffer): Font => {
  const font = create(bytes);
  if (!isFont(font)) throw new Error(`${name} is a collection of fonts`);
  return font;
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
