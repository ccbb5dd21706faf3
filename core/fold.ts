/**
 * One token of a name or query: `folded` for matching without accents, `exact` as typed, in lower case. In a script that
 * is written without spaces, a token is two neighbouring letters.
 */
export type Token = { readonly folded: string; readonly exact: string };

/** One word and its tokens. */
export type Word = {
  readonly tokens: readonly Token[];
  /** What to search for if the word is the last one of its term. With `open`, the last token may be longer. */
  readonly asked: readonly Token[];
  readonly open: boolean;
};

/**
 * How a text is cut where people write one word in several ways.
 * - `apart`: an apostrophe ends a word, so that "oréal" finds “L'Oréal”. A superscript is no part of a word.
 * - `joined`: an apostrophe inside a word is not there, and a superscript digit is a digit, so that "loreal" finds
 *   “L'Oréal” and "m2" finds “m²”.
 * - `asked`, for queries: an apostrophe is as in `joined`, a superscript as in `apart`.
 */
export type Reading = 'apart' | 'joined' | 'asked';

/** Nobody sees them, so they are not there. */
const unseen = /\p{Default_Ignorable_Code_Point}/gu;

export const withoutUnseen = (text: string): string => text.replace(unseen, '');

/** U+0640 only makes an Arabic word longer. */
const tatweel = /\u0640/g;

/**
 * Characters that NFKC makes letters or digits of, and that are no part of the word beside them: superscripts, `№` and
 * its like, and circled letters that are used as `©` and `®`. NFKC would make one word of “Nike™”.
 */
const raised =
  /[\u00aa\u00b2\u00b3\u00b9\u00ba\u02b0-\u02b8\u02e0-\u02e4\u10fc\u1d2c-\u1d2e\u1d30-\u1d3a\u1d3c-\u1d4d\u1d4f-\u1d61\u1d78\u1d9b-\u1dbf\u2070\u2071\u2074-\u207f\u20a8\u2100\u2101\u2105\u2106\u2116\u2120-\u2122\u213b\u24b8\u24c5\u24c7\u24d2\u24df\u24e1\u2c7d\u2d6f\u3192-\u319f\ua69c\ua69d\ua770\ua7f1-\ua7f4\ua7f8\ua7f9\uab5c-\uab5f\uab69\u{10780}-\u{107ba}\u{1e030}-\u{1e050}\u{1e06b}-\u{1e06d}\u{1f12b}\u{1f12c}\u{1f16a}-\u{1f16c}]/gu;

const raisedDigit = /[\u00b2\u00b3\u00b9\u2070\u2074-\u2079]/g;

/** Fractions, and letters and numbers in a circle or in brackets: words of their own. NFKC would make 21 of “2½”. */
const apart = /[\u00bc-\u00be\u2150-\u215f\u2189\u2460-\u24ff\ufdfc\u{1f100}-\u{1f12a}\u{1f12d}-\u{1f14f}]/gu;

/** NFKC makes a space of these accents, which people type as apostrophes. */
const accentsAsApostrophes = /[\u00b4\u1fbd\u1fbf\u1ffe]/g;

const apostrophe =
  "'`\u02b9-\u02bf\u02c8\u02ee\u055a\u05f3\u07f4\u07f5\u2018-\u201b\u2032\u2035\ua78b\ua78c".normalize('NFC');
const apostropheInWord = new RegExp(`(?<=[\\p{L}\\p{M}\\p{N}])[${apostrophe}]+(?=\\p{L})`, 'gu');
const anyApostrophe = new RegExp(`[${apostrophe}]`, 'gu');

/** Whether `apart` and `joined` may differ. U+0149 and U+FF07 decompose into apostrophes. */
const twoReadings = new RegExp(
  `[${apostrophe}\u00b4\u0149\u0374\u1fbd\u1fbf\u1fef\u1ffd\u1ffe\uff07]|${raisedDigit.source}`,
  'u',
);

export const hasTwoReadings = (text: string): boolean => twoReadings.test(text);

/** Lower case and NFC, all characters between words replaced by ones that are part of no word. */
const normalize = (text: string, reading: Reading): string =>
  withoutUnseen(text)
    .normalize('NFC')
    .replace(raisedDigit, (digit) => (reading === 'joined' ? digit.normalize('NFKC') : ' '))
    .replace(raised, ' ')
    .replace(apart, ' $& ')
    .replace(accentsAsApostrophes, "'")
    .normalize('NFKC')
    .replace(tatweel, '')
    .toLowerCase()
    .normalize('NFC')
    .replace(apostropheInWord, reading === 'apart' ? ' ' : '')
    .replace(anyApostrophe, ' ');

/** Letters that have no decomposition in Unicode or are other letters only to some of their readers. */
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
  // Alef wasla, teh marbuta, alef maksura, and the Persian and Urdu forms of yeh, kaf and heh.
  '\u0671': '\u0627',
  '\u0629': '\u0647',
  '\u0649': '\u064a',
  '\u06cc': '\u064a',
  '\u06a9': '\u0643',
  '\u06c1': '\u0647',
  '\u06d5': '\u0647',
};
const foldedLetter = new RegExp(`[${Object.keys(foldedLetters).join('')}]`, 'g');

/**
 * Accents, and the vowel signs and points of Hebrew, Arabic and Syriac, which their readers leave out. The marks of
 * other scripts stay, because they are part of words in Thai, Hindi and more.
 */
const optionalMarks = new RegExp(
  `[${[
    '\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f',
    '\\u0591-\\u05bd\\u05bf\\u05c1\\u05c2\\u05c4\\u05c5\\u05c7',
    '\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06dc\\u06df-\\u06e4\\u06e7\\u06e8\\u06ea-\\u06ed',
    '\\u0897-\\u089f\\u08ca-\\u08e1\\u08e3-\\u08ff\\u{10efc}-\\u{10eff}',
    '\\u0711\\u0730-\\u074a',
  ].join('')}]`,
  'gu',
);

const fold = (word: string): string =>
  word
    .normalize('NFD')
    .replace(optionalMarks, '')
    .replace(foldedLetter, (letter) => foldedLetters[letter] ?? letter)
    .normalize('NFC');

/**
 * In code points. A longer token is cut, because PostgreSQL accepts no lexeme over 2,046 bytes, and one character can
 * decompose into 18 (U+FDFA).
 */
const tokenLengthMax = 100;

const truncate = (token: string): string =>
  token.length <= tokenLengthMax ? token : [...token].slice(0, tokenLengthMax).join('');

const tokenOf = (exact: string): Token => ({ folded: truncate(fold(exact)), exact: truncate(exact) });

/** A letter or digit, and the letters, marks and digits after it. A mark after anything else is part of a symbol. */
const wordPattern = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/** Scripts that are written without spaces between words. */
const unspaced =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;

/** A letter with its marks. */
const letterPattern = /[\p{L}\p{N}]\p{M}*/gu;

/** The words of a text, in order. */
export const wordsOf = (text: string, reading: Reading): readonly Word[] =>
  (normalize(text, reading).match(wordPattern) ?? []).map((word) =>
    unspaced.test(word) ? cutUnspaced(word) : spacedWord(word),
  );

const spacedWord = (word: string): Word => {
  const tokens = [tokenOf(word)];
  return { tokens, asked: tokens, open: false };
};

/** A word that has letters of both kinds of scripts is cut where they meet. */
const cutUnspaced = (word: string): Word => {
  const runs: string[][] = [];
  let wasUnspaced: boolean | null = null;
  for (const letter of word.match(letterPattern) ?? []) {
    const isUnspaced = unspaced.test(letter);
    const run = runs.at(-1);
    if (run !== undefined && isUnspaced === wasUnspaced) run.push(letter);
    else runs.push([letter]);
    wasUnspaced = isUnspaced;
  }
  const last = runs.at(-1) ?? [];
  const tokens = runs.flatMap((run) =>
    unspaced.test(run[0] ?? '') ? pairsOf(run) : [tokenOf(run.join(''))],
  );
  if (wasUnspaced !== true) return { tokens, asked: tokens, open: false };
  return { tokens, asked: askedPairs(tokens, last), open: true };
};

/**
 * The overlapping pairs of a run of letters, and then its last letter, so that a token begins at each letter. A query
 * for a part of the run is the phrase of its pairs; one letter is the beginning of a token.
 */
const pairsOf = (letters: readonly string[]): readonly Token[] =>
  letters.map((letter, at) => tokenOf(letter + (letters[at + 1] ?? '')));

/** Without the last letter: it is in the pair before it, and as a token it would match only at the end of a run. */
const askedPairs = (tokens: readonly Token[], lastRun: readonly string[]): readonly Token[] =>
  lastRun.length > 1 ? tokens.slice(0, -1) : tokens;

/** Signs with their marks, without a space between them. */
const signsPattern = /(?:[^\p{Z}\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{M}]\p{M}*)+/gu;
const signPattern = /[^\p{M}]\p{M}*/gu;

/**
 * The words of a text that has no letter and no digit: its signs, found like the letters of a script without spaces.
 * ASCII signs become their wide forms, because an index would take them for separators or operators.
 */
export const signWordsOf = (text: string): readonly Word[] =>
  (withoutUnseen(text).normalize('NFC').toLowerCase().match(signsPattern) ?? []).map((signs) => {
    const letters = (signs.match(signPattern) ?? []).map((sign) =>
      truncate(sign.replace(/[!-~]/g, (one) => String.fromCodePoint((one.codePointAt(0) ?? 0) + 0xfee0))),
    );
    const tokens = letters
      .map((letter, at) => truncate(letter + (letters[at + 1] ?? '')))
      .map((token) => ({ folded: token, exact: token }));
    return { tokens, asked: askedPairs(tokens, letters), open: true };
  });
