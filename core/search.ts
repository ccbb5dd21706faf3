/**
 * Names are folded and cut into words by this one function, when they are written and when they are asked
 * for, on every database, so that the databases cannot differ. Raise the version when its answers change:
 * stored names are then folded anew.
 */
export const foldVersion = 1;

/** A word as it is compared without accents, and as it was typed (in lower case). */
export type Token = { readonly folded: string; readonly exact: string };

/** Letters that no decomposition reaches. */
const letters: Readonly<Record<string, string>> = {
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ø: 'o',
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ı: 'i',
  ħ: 'h',
  ŧ: 't',
  þ: 'th',
  ŋ: 'n',
  ĸ: 'k',
  ς: 'σ',
};

/**
 * Strips U+0300–036F only: other marks are part of the words of Thai, Hindi and more.
 */
const fold = (word: string): string =>
  word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đðłøßæœıħŧþŋĸς]/g, (letter) => letters[letter] ?? letter)
    .normalize('NFC');

/**
 * The words of a text in its order: runs of letters, marks and digits. Anything else only separates them, and
 * so does a mark that follows no letter: it is part of a symbol, as the one that gives an emoji its colour.
 */
export const tokensOf = (text: string): readonly Token[] =>
  (
    text
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFC')
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []
  ).map((exact) => ({ folded: begin(fold(exact)), exact: begin(exact) }));

/**
 * In code points. One character can decompose into 18 (U+FDFA), and Postgres takes no lexeme over 2,046 bytes;
 * what goes on for longer is known by its beginning.
 */
const wordLengthMax = 100;

const begin = (word: string): string =>
  word.length <= wordLengthMax ? word : [...word].slice(0, wordLengthMax).join('');

/** Words next to each other within one name; the last may be only begun. */
export type Term = { readonly tokens: readonly Token[]; readonly prefix: boolean };

/** All terms must be found. None at all finds nothing. */
export type SearchQuery = { readonly terms: readonly Term[] };

/** In code points. */
export const queryLengthMax = 200;

/**
 * Reads what a person typed: words, and phrases in double quotes (an open quote runs to the end). Any text is
 * a valid query, since nothing but words is left of it. Null for a blank text, which asks for nothing.
 */
export const parseQuery = (text: string): SearchQuery | null => {
  if (text.trim() === '') return null;
  const pieces = text.split('"');
  const terms = pieces.flatMap((piece, index): Term[] => {
    const words = tokensOf(piece);
    const quoted = index % 2 === 1;
    if (quoted) return words.length === 0 ? [] : [{ tokens: words, prefix: false }];
    const lastPiece = index === pieces.length - 1;
    return words.map((word, at) => ({ tokens: [word], prefix: lastPiece && at === words.length - 1 }));
  });
  return { terms };
};
