import LineBreaker from 'linebreak';
import { isTurnedByFont, mirrored, visualOrder } from './direction.ts';
import type { Character, Face } from './fonts.ts';

/** A part of a line that one face draws, shaped by it. `width` is at the size of one point. */
export type Run = { readonly face: Face; readonly text: string } & ReturnType<Face['shape']>;

/** `width` is at the size of one point. */
export type Line = { readonly runs: readonly Run[]; readonly width: number };

type Characters = readonly Character[];

/**
 * Breaks a text into lines of at most `width`, where its language allows it. A word that is wider than a line is cut. What
 * does not fit into `linesMax` lines is left out, and the ellipsis says so. `width` is at the size of one point.
 */
export const breakLines = (
  characters: Characters,
  width: number,
  { linesMax, ellipsis }: { readonly linesMax: number; readonly ellipsis: Character },
): readonly Line[] => {
  const lines = [...fill(characters, width)];
  const [last = []] = lines.slice(linesMax - 1);
  const shown =
    lines.length > linesMax ? [...lines.slice(0, linesMax - 1), withEllipsis(last, width, ellipsis)] : lines;
  return shown.map(lineOf);
};

/** The characters of each line, without the blanks at its end. */
function* fill(characters: Characters, width: number): Generator<Characters> {
  let line: Character[] = [];
  for (const word of wordsOf(characters)) {
    const fits = widthOf(line) + widthOf(trimEnd(word)) <= width;
    if (!fits && line.length > 0) {
      yield trimEnd(line);
      line = [];
    }
    for (const character of word) {
      if (line.length > 0 && character.text !== ' ' && widthOf(line) + character.width > width) {
        yield trimEnd(line);
        line = [];
      }
      line.push(character);
    }
  }
  if (line.length > 0) yield trimEnd(line);
}

/** The parts of the text between which a line may end. */
const wordsOf = (characters: Characters): readonly Characters[] => {
  const breaks = breaksIn(characters.map(({ text }) => text).join(''));
  const words: Character[][] = [[]];
  let position = 0;
  for (const character of characters) {
    words.at(-1)?.push(character);
    position += character.text.length;
    if (breaks.has(position)) words.push([]);
  }
  return words;
};

const breaksIn = (text: string): ReadonlySet<number> => {
  const breaker = new LineBreaker(text);
  const positions = new Set<number>();
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak())
    positions.add(next.position);
  return positions;
};

const withEllipsis = (line: Characters, width: number, ellipsis: Character): Characters => {
  let kept = line;
  while (kept.length > 0 && widthOf(kept) + ellipsis.width > width) kept = trimEnd(kept.slice(0, -1));
  // At the end of the line in the direction of the whole text.
  const level = Math.min(...kept.map((character) => character.level));
  return [...kept, kept.length === 0 ? ellipsis : { ...ellipsis, level }];
};

const trimEnd = (line: Characters): Characters =>
  line.slice(0, line.findLastIndex(({ text }) => text !== ' ') + 1);

/** Without kerning, which only the finished line has. */
const widthOf = (characters: Characters): number => characters.reduce((sum, { width }) => sum + width, 0);

/**
 * The line as it stands on the page. Joins neighbours of one face and direction, so that its kerning, its marks and its
 * shapes apply.
 */
const lineOf = (characters: Characters): Line => {
  const joined: Joined[] = [];
  for (const character of visualOrder(characters)) {
    const last = joined.at(-1);
    const next = joinedOf(character);
    if (last?.face === next.face && last.isTurned === next.isTurned)
      last.text = next.isTurned ? next.text + last.text : last.text + next.text;
    else joined.push(next);
  }
  const runs = joined.map(({ face, text }) => ({ face, text, ...face.shape(text) }));
  return { runs, width: runs.reduce((sum, { width }) => sum + width, 0) };
};

/** `isTurned`: the text is in the order in which it is read, and its font turns it around. */
type Joined = { readonly face: Face; readonly isTurned: boolean; text: string };

const joinedOf = ({ face, text, level }: Character): Joined => {
  if (level % 2 === 0) return { face, isTurned: false, text };
  const isTurned = isTurnedByFont(text);
  return { face, isTurned, text: isTurned ? text : mirrored(text) };
};
