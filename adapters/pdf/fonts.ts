import { replacementCharacter } from '../../core/invoiceDocument.ts';
import { levelsOf } from './direction.ts';
import { type FontFamily, familiesFor } from './families.ts';
import { type Face, type FontFile, listFontFiles, openBaseFaces, openFontFile } from './fontFiles.ts';
import { graphemesOf } from './graphemes.ts';

export type Weight = 'regular' | 'bold';

/** A character as a reader counts it, the face that draws it, and its width at the size of one point. */
export type Character = {
  readonly face: Face;
  readonly text: string;
  readonly width: number;
  /** Odd where text runs from right to left. */
  readonly level: number;
};

export type { Face };

/** Finds the face of each character. */
export type Fonts = {
  /** What no font has is the replacement character. */
  charactersOf(text: string, weight: Weight): Promise<readonly Character[]>;
};

/** Reads no font until one is needed, and keeps those that were needed last. */
export const createFonts = (): Fonts => {
  let base: ReturnType<typeof openBaseFaces> | null = null;
  const open = createCache(({ name }) => name, openFontFile, openFilesMax);
  const list = createCache(({ name }) => name, listFontFiles, Number.POSITIVE_INFINITY);

  /** A face of the files that has all characters of the grapheme. */
  const findFace = async (grapheme: string, families: readonly FontFamily[]): Promise<Face | null> => {
    const points = codePointsOf(grapheme);
    for (const family of families)
      for (const file of await list(family)) {
        // The ranges of two files can overlap, and only one of them has the character.
        if (!points.every((point) => isIn(file.ranges, point))) continue;
        const face = await open(file);
        if (points.every((point) => face.characters.has(point))) return face;
      }
    return null;
  };

  return {
    charactersOf: async (text, weight) => {
      base ??= openBaseFaces();
      const face = (await base)[weight];
      const families = familiesFor(text);
      const graphemes = graphemesOf(text);
      const levels = levelsOf(graphemes);
      const characters: Character[] = [];
      for (const [index, grapheme] of graphemes.entries()) {
        const isBase = codePointsOf(grapheme).every((point) => face.characters.has(point));
        const character = isBase ? characterOf(face, grapheme) : await fallback(grapheme, families);
        characters.push({ ...character, level: levels[index] ?? 0 });
      }
      return characters;
    },
  };

  async function fallback(grapheme: string, families: readonly FontFamily[]): Promise<Drawn> {
    const face = await findFace(grapheme, families);
    if (face !== null) return characterOf(face, grapheme);
    const forReplacement = await findFace(replacementCharacter, families);
    if (forReplacement === null) throw new Error('no font has the replacement character');
    return characterOf(forReplacement, replacementCharacter);
  }
};

type Drawn = Omit<Character, 'level'>;

const characterOf = (face: Face, text: string): Drawn => ({ face, text, width: face.measure(text) });

/** Far more than an invoice needs. A file takes about 150 kB in memory. */
const openFilesMax = 60;

const codePointsOf = (text: string): readonly number[] =>
  [...text].map((character) => character.codePointAt(0) ?? 0);

const isIn = (ranges: FontFile['ranges'], point: number): boolean =>
  ranges.some(([first, last]) => first <= point && point <= last);

/** Remembers the last `max` results. A file that could not be read is tried again. */
const createCache = <T, K>(nameOf: (key: K) => string, open: (key: K) => Promise<T>, max: number) => {
  const opened = new Map<string, Promise<T>>();
  return (key: K): Promise<T> => {
    const name = nameOf(key);
    const known = opened.get(name) ?? open(key);
    opened.delete(name);
    opened.set(name, known);
    known.catch(() => opened.delete(name));
    const [oldest] = opened.keys();
    if (opened.size > max && oldest !== undefined) opened.delete(oldest);
    return known;
  };
};
