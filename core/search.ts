import { hasTwoReadings, signWordsOf, type Token, type Word, withoutUnseen, wordsOf } from './fold.ts';

export type { Token } from './fold.ts';

/**
 * The version of `tokensOf`. Both databases use that function for stored names and for queries, so that they find the
 * same rows. Raise the version when its results change: stored names are then folded again.
 */
export const foldVersion = 2;

/**
 * Stands between the two readings of a name, so that no phrase matches across them. No word contains the character,
 * because it is for private use.
 */
const gap: Token = { folded: '\u{e005}', exact: '\u{e005}' };

/**
 * The tokens of a name or a code, in order, as an index stores them. If a word of the text is read in two ways, the
 * whole text follows a second time after a gap, read in the second way. A text of signs alone has the tokens of its
 * signs; in all other texts, signs only separate words.
 */
export const tokensOf = (text: string): readonly Token[] => {
  const words = wordsOf(text, 'apart');
  const tokens = tokensOfName(words.length === 0 ? signWordsOf(text) : words);
  if (!hasTwoReadings(text)) return tokens;
  const joined = tokensOfName(wordsOf(text, 'joined'));
  return joined.length === 0 || areEqual(tokens, joined) ? tokens : [...tokens, gap, ...joined];
};

const tokensOfWords = (words: readonly Word[]): readonly Token[] => words.flatMap((word) => word.tokens);

/** Fewer than the letters of a name only if one letter decomposes into several words, as U+FDFA does. */
const nameTokensMax = 200;

const tokensOfName = (words: readonly Word[]): readonly Token[] =>
  tokensOfWords(words).slice(0, nameTokensMax);

const areEqual = (a: readonly Token[], b: readonly Token[]): boolean =>
  a.length === b.length && a.every(({ exact }, at) => exact === b[at]?.exact);

/** Tokens that must be next to each other, in this order, in one name. With `prefix`, the last one may be longer. */
export type Term = { readonly tokens: readonly Token[]; readonly prefix: boolean };

/** A name matches if it contains all terms. A query without terms matches nothing. */
export type SearchQuery = { readonly terms: readonly Term[] };

/** The longest query, in code points. */
export const queryLengthMax = 200;

/** The most words and tokens of a query that are searched for. Each costs a read of all names that have it. */
const wordsMax = 12;
const tokensMax = 24;

/**
 * Parses what a person typed: words, and phrases in quotes. The last word is a prefix, unless it is in a phrase. A
 * query that has no letter and no digit asks for its signs. Any text is valid, because only its words and signs are
 * used. Returns null for a blank text.
 */
export const parseQuery = (text: string): SearchQuery | null => {
  const seen = withoutUnseen(text);
  if (seen.trim() === '') return null;
  const pieces = piecesOf(seen);
  const inWords = askedOf(pieces, (piece) => wordsOf(piece, 'asked'));
  return { terms: limitTerms(inWords.length > 0 ? inWords : askedOf(pieces, signWordsOf)) };
};

type Piece = { readonly text: string; readonly isPhrase: boolean };

const doubleQuotes = '"\uff02\u201c\u201d\u201e\u201f\u301d\u301e\u301f\u275d\u275e';

/**
 * A quote with its twin. A plain quote after a letter or digit begins no phrase: it is an inch mark, or stands for a
 * mark of Hebrew. A single quote after or before a letter is an apostrophe.
 */
const quotedText = new RegExp(
  [
    `(?<![\\p{L}\\p{M}\\p{N}])["\uff02\u201d][^${doubleQuotes}]*[${doubleQuotes}]`,
    `[\u201c\u201e\u201f\u301d\u301e\u301f\u275d\u275e][^${doubleQuotes}]*[${doubleQuotes}]`,
    '[«»][^«»]*[«»]',
    '[‹›][^‹›]*[‹›]',
    '「[^「」]*」',
    '『[^『』]*』',
    '｢[^｢｣]*｣',
    '(?<![\\p{L}\\p{M}\\p{N}])‘[^‘]*?’(?![\\p{L}\\p{N}])',
  ].join('|'),
  'gu',
);

const piecesOf = (text: string): readonly Piece[] => {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { index, 0: quoted } of text.matchAll(quotedText)) {
    pieces.push({ text: text.slice(end, index), isPhrase: false });
    pieces.push({ text: quoted.slice(1, -1), isPhrase: true });
    end = index + quoted.length;
  }
  return [...pieces, { text: text.slice(end), isPhrase: false }];
};

/** A term and its words. */
type AskedTerm = Term & { readonly words: readonly Word[] };

const askedOf = (
  pieces: readonly Piece[],
  wordsIn: (text: string) => readonly Word[],
): readonly AskedTerm[] =>
  pieces.flatMap(({ text, isPhrase }, index) => {
    const words = wordsIn(text);
    if (isPhrase) return words.length === 0 ? [] : [termOf(words, false)];
    const isLastPiece = index === pieces.length - 1;
    return words.map((word, at) => termOf([word], isLastPiece && at === words.length - 1));
  });

/** In a script without spaces, a word is found inside others, so what follows it does not matter. */
const termOf = (words: readonly Word[], isPrefix: boolean): AskedTerm => {
  const last = words.at(-1);
  const tokens = [...tokensOfWords(words.slice(0, -1)), ...(last?.asked ?? [])];
  return { tokens, prefix: isPrefix || (last?.open ?? false), words };
};

/** Equal terms count once. Beyond the limits, only the first words are searched for. */
const limitTerms = (terms: readonly AskedTerm[]): readonly Term[] => {
  const seen = new Set<string>();
  const limited: Term[] = [];
  let words = wordsMax;
  let tokens = tokensMax;
  for (const term of terms) {
    const key = term.tokens.map(({ exact }) => exact).join(' ');
    if (seen.has(key)) continue;
    seen.add(key);
    const cut = term.words.length > words ? termOf(term.words.slice(0, words), false) : term;
    const isWhole = cut.tokens.length <= tokens;
    limited.push({ tokens: cut.tokens.slice(0, tokens), prefix: isWhole && cut.prefix });
    words -= cut.words.length;
    tokens -= cut.tokens.length;
    if (words <= 0 || tokens <= 0) break;
  }
  return limited;
};
