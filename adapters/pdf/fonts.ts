import { replacementCharacter } from '../../core/invoiceDocument.ts';
import {
  type CjkFamily,
  cjkFamilies,
  type Face,
  type FontFile,
  listFontFiles,
  openBaseFaces,
  openFontFile,
} from './fontFiles.ts';
import { graphemesOf } from './graphemes.ts';

export type Weight = 'regular' | 'bold';

/** A character as a reader counts it, the face that draws it, and its width at the size of one point. */
export type Character = { readonly face: Face; readonly text: string; readonly width: number };

export type { Face };

/** Finds the face of each character. */
export type Fonts = {
  /** What no font has is the replacement character. */
  charactersOf(text: string, weight: Weight): Promise<readonly Character[]>;
};

/** Reads no font until one is needed, and keeps those that were needed last. */
export const createFonts = (): Fonts => {
  let base: ReturnType<typeof openBaseFaces> | null = null;
  let families: ReturnType<typeof listFamilies> | null = null;
  const open = createCache(openFontFile, openFilesMax);

  /** A face of the files that has all characters of the grapheme. */
  const findCjk = async (grapheme: string, order: readonly CjkFamily[]): Promise<Face | null> => {
    families ??= listFamilies();
    const all = await families;
    const points = codePointsOf(grapheme);
    for (const family of order) {
      const file = all[family].find(({ ranges }) => points.every((point) => isIn(ranges, point)));
      if (file === undefined) continue;
      const face = await open(file);
      if (points.every((point) => face.characters.has(point))) return face;
    }
    return null;
  };

  return {
    charactersOf: async (text, weight) => {
      base ??= openBaseFaces();
      const face = (await base)[weight];
      const order = familiesFor(text);
      const characters: Character[] = [];
      for (const grapheme of graphemesOf(text)) {
        const isBase = codePointsOf(grapheme).every((point) => face.characters.has(point));
        characters.push(isBase ? characterOf(face, grapheme) : await fallback(grapheme, order));
      }
      return characters;
    },
  };

  async function fallback(grapheme: string, order: readonly CjkFamily[]): Promise<Character> {
    const face = await findCjk(grapheme, order);
    if (face !== null) return characterOf(face, grapheme);
    const forReplacement = await findCjk(replacementCharacter, order);
    if (forReplacement === null) throw new Error('no font has the replacement character');
    return characterOf(forReplacement, replacementCharacter);
  }
};

const characterOf = (face: Face, text: string): Character => ({ face, text, width: face.measure(text) });

/** Far more than an invoice needs. A file takes about 150 kB in memory. */
const openFilesMax = 60;

/** The same Chinese characters look different in Japan, so a text with kana is drawn by the Japanese font. */
const familiesFor = (text: string): readonly CjkFamily[] =>
  /[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text) ? ['jp', 'sc', 'kr'] : cjkFamilies;

const listFamilies = async (): Promise<Readonly<Record<CjkFamily, readonly FontFile[]>>> => {
  const [sc, jp, kr] = await Promise.all([listFontFiles('sc'), listFontFiles('jp'), listFontFiles('kr')]);
  return { sc, jp, kr };
};

const codePointsOf = (text: string): readonly number[] =>
  [...text].map((character) => character.codePointAt(0) ?? 0);

const isIn = (ranges: FontFile['ranges'], point: number): boolean =>
  ranges.some(([first, last]) => first <= point && point <= last);

/** Remembers the last `max` results. A file that could not be read is tried again. */
const createCache = <T>(open: (file: FontFile) => Promise<T>, max: number) => {
  const opened = new Map<string, Promise<T>>();
  return (file: FontFile): Promise<T> => {
    const known = opened.get(file.name) ?? open(file);
    opened.delete(file.name);
    opened.set(file.name, known);
    known.catch(() => opened.delete(file.name));
    const [oldest] = opened.keys();
    if (opened.size > max && oldest !== undefined) opened.delete(oldest);
    return known;
  };
};
