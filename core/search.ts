/**
 * The version of `tokensOf`. Both databases use that function for stored names and for queries, so that they find the
 * same rows. Raise the version when its results change: stored names are then folded again.
 */
export const foldVersion = 1;

/** One word of a name or query: `folded` for matching without accents, `exact` as typed, in lower case. */
export type Token = { readonly folded: string; readonly exact: string };

/** Letters that have no decomposition in Unicode, and what they fold to. */
const foldedLetters: Readonly<Record<string, string>> = {
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

/** Strips only U+0300–036F, because other marks are part of words in Thai, Hindi and more. */
const fold = (word: string): string =>
  word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[đðłøßæœıħŧþŋĸς]/g, (letter) => foldedLetters[letter] ?? letter)
    .normalize('NFC');

/**
 * The tokens of a text, in order. A token is a letter or digit and the letters, marks and digits after it. All other
 * characters separate tokens; so does a mark without a letter before it, because it is part of a symbol, such as the
 * mark that gives an emoji its colour.
 */
export const tokensOf = (text: string): readonly Token[] =>
  (
    text
      .normalize('NFKC')
      .toLowerCase()
      .normalize('NFC')
      .match(/[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu) ?? []
  ).map((exact) => ({ folded: truncate(fold(exact)), exact: truncate(exact) }));

/**
 * In code points. A longer token is cut, because PostgreSQL accepts no lexeme over 2,046 bytes, and one character can
 * decompose into 18 (U+FDFA).
 */
const tokenLengthMax = 100;

const truncate = (token: string): string =>
  token.length <= tokenLengthMax ? token : [...token].slice(0, tokenLengthMax).join('');

/** Tokens that must be next to each other, in this order, in one name. With `prefix`, the last one may be longer. */
export type Term = { readonly tokens: readonly Token[]; readonly prefix: boolean };

/** A name matches if it contains all terms. A query without terms matches nothing. */
export type SearchQuery = { readonly terms: readonly Term[] };

/** The longest query, in code points. */
export const queryLengthMax = 200;

/**
 * Parses what a person typed: words, and phrases in double quotes. A quote without its twin starts a phrase up to the
 * end. The last word is a prefix, unless it is in a phrase. Any text is valid, because only its words are used. Returns
 * null for a blank text.
 */
export const parseQuery = (text: string): SearchQuery | null => {
  if (text.trim() === '') return null;
  const pieces = text.split('"');
  const terms = pieces.flatMap((piece, index): Term[] => {
    const tokens = tokensOf(piece);
    const isPhrase = index % 2 === 1;
    if (isPhrase) return tokens.length === 0 ? [] : [{ tokens, prefix: false }];
    const isLastPiece = index === pieces.length - 1;
    return tokens.map((token, at) => ({ tokens: [token], prefix: isLastPiece && at === tokens.length - 1 }));
  });
  return { terms };
};
