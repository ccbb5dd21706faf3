import { replacementCharacter } from '../../core/invoiceDocument.ts';
import { levelsOf } from './direction.ts';
import { type FontFamily, familiesFor } from './families.ts';
import {
  type BaseFace,
  type Face,
  type FontFile,
  listFontFiles,
  openBaseFaces,
  openFontFile,
} from './fontFiles.ts';
import { graphemesOf, withPlainBlanks } from './graphemes.ts';
import type { ShapedText } from './readyFont.ts';

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

export type Fonts = {
  /** Opens the fonts of the texts. */
  openFor(texts: readonly string[]): Promise<OpenFonts>;
};

/** Finds the face of each character of the texts that it was opened for. */
export type OpenFonts = {
  /** What no font has is the replacement character. */
  charactersOf(text: string, weight: Weight): readonly Character[];
  /** The text on one line, if a ready font has all of it. */
  readyRunOf(text: string, weight: Weight): ReadyRun | null;
};

type ReadyRun = { readonly face: Face; readonly text: string } & ShapedText;

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

  const findFallback = async (grapheme: string, families: readonly FontFamily[]): Promise<Drawn> => {
    const face = await findFace(grapheme, families);
    if (face !== null) return characterOf(face, grapheme);
    const forReplacement = await findFace(replacementCharacter, families);
    if (forReplacement === null) throw new Error('no font has the replacement character');
    return characterOf(forReplacement, replacementCharacter);
  };

  /** How each grapheme of the text is drawn that one of the base faces does not have. */
  const findFallbacks = async (text: string, faces: readonly BaseFace[]): Promise<Fallbacks> => {
    const fallbacks = new Map<string, Drawn>();
    const families = familiesFor(text);
    for (const grapheme of graphemesOf(text))
      if (!fallbacks.has(grapheme) && !faces.every((face) => hasAll(face, grapheme)))
        fallbacks.set(grapheme, await findFallback(grapheme, families));
    return fallbacks;
  };

  return {
    openFor: async (texts) => {
      base ??= openBaseFaces();
      const faces = await base;
      const both = [faces.regular, faces.bold];
      const fallbacks = new Map<string, Fallbacks>();
      for (const text of texts)
        if (!both.every(({ ready }) => isReady(ready.characters, text)))
          fallbacks.set(text, await findFallbacks(text, both));
      return createOpenFonts(faces, fallbacks);
    },
  };
};

type Fallbacks = ReadonlyMap<string, Drawn>;

const createOpenFonts = (
  faces: Awaited<ReturnType<typeof openBaseFaces>>,
  fallbacks: ReadonlyMap<string, Fallbacks>,
): OpenFonts => {
  /** For the sentence that says what the replacement character stands for. */
  const replacement: Fallbacks = new Map(
    [...fallbacks.values()]
      .flatMap((each) => [...each.values()])
      .filter(({ text }) => text === replacementCharacter)
      .map((drawn) => [replacementCharacter, drawn]),
  );
  return {
    charactersOf: (text, weight) => {
      const face = faces[weight];
      const others = fallbacks.get(text) ?? replacement;
      const graphemes = fallbacks.has(text) ? graphemesOf(text) : withPlainBlanks(text).split('');
      const levels = levelsOf(graphemes);
      return graphemes.map((grapheme, index) => {
        const drawn = hasAll(face, grapheme) ? characterOf(face, grapheme) : others.get(grapheme);
        if (drawn === undefined) throw new Error(`the font of ${grapheme} was not opened`);
        return { ...drawn, level: levels[index] ?? 0 };
      });
    },
    readyRunOf: (text, weight) => {
      if (fallbacks.has(text)) return null;
      const face = faces[weight];
      const shown = withPlainBlanks(text);
      const shaped = face.ready.shape(shown);
      return shaped === null ? null : { face, text: shown, ...shaped };
    },
  };
};

/** True if a ready font has all characters of the text, so that each is a grapheme and composed already. */
const isReady = (characters: ReadonlySet<string>, text: string): boolean => {
  for (let index = 0; index < text.length; index += 1)
    if (!characters.has(text.charAt(index)) && text[index] !== '\u00a0') return false;
  return true;
};

type Drawn = Omit<Character, 'level'>;

const characterOf = (face: Face, text: string): Drawn => ({ face, text, width: face.shape(text).width });

const hasAll = (face: Face, grapheme: string): boolean =>
  codePointsOf(grapheme).every((point) => face.characters.has(point));

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
