/**
 * Characters that nobody sees: blanks, control and format characters, joiners, fillers, marks without a letter, the
 * blank Braille pattern, and the empty musical note head. A text needs at least one other character.
 */
const invisible = /^[\s\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]*$/u;

/** True if a person sees something of the text. */
export const isVisible = (text: string): boolean => !invisible.test(text);

/** True if the text has no control character and no lone surrogate: a database cannot store NUL, UTF-8 no surrogate. */
export const isStorable = (text: string): boolean => !/[\p{Cc}\p{Cs}]/u.test(text);

/**
 * Characters that change the direction of the text after them. In a subject or in a line of a list, they would turn the
 * text around that is not theirs, so that a reader sees another text than the one that is stored.
 */
export const withoutBidiControls = (text: string): string => text.replace(/\p{Bidi_Control}/gu, '');

/**
 * Removes the characters that open a direction and need a closing one: embeddings, overrides and isolates. The marks
 * U+061C, U+200E and U+200F stay, because Arabic and Hebrew names use them, and they turn nothing around by themselves.
 */
export const normalizeName = (name: string): string => name.replace(/[\u202a-\u202e\u2066-\u206f]/g, '');

/**
 * The one form of a product's code: codes that look the same are the same. Characters that nobody sees are removed,
 * blanks of every kind are one space, there is none at either end, and the rest is in NFC. Case matters: `x` and `X`
 * are two codes. A text that is too long for a code stays too long.
 */
export const normalizeCode = (code: string): string => {
  const seen = code
    .replace(/[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu, '')
    .replace(/[\p{Z}\u2800]+/gu, ' ')
    .trim();
  return [...seen].length > composedMax ? seen : seen.normalize('NFC');
};

/**
 * The time of NFC grows with the square of the marks on one letter: hours for a body of 1 MiB. It makes one character of
 * at most four, so what is longer than this does not become a code of 64.
 */
const composedMax = 256;
