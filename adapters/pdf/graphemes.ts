/**
 * The characters of a text as a reader counts them, each as a short string of its own. What nobody sees is left out:
 * control characters, zero-width characters, and marks that change the direction of what comes after them. Joiners are
 * left where they change how letters are written.
 */
export const graphemesOf = (text: string): readonly string[] => {
  const oneLine = withPlainBlanks(text.normalize('NFC').replace(ligatures, withoutLigature));
  return [...segmenter.segment(oneLine)]
    .map(({ segment }) => withFewMarks(segment.replace(joiners.test(segment) ? unseen : invisible, '')))
    .filter((grapheme) => grapheme !== '');
};

/** One space for each row of blanks, and none at the ends. */
export const withPlainBlanks = (text: string): string => text.replace(blanks, ' ').trim();

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const blanks = /[\p{Z}\t-\r\u0085]+/gu;
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** All of `invisible` but the two joiners. */
const unseen = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** Persian and the scripts of India and its neighbours write letters apart or together by joiners. */
const joiners =
  /^[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Sinhala}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/** Fonts make a ligature of these letters again, and programs that read the page find the letters. */
const ligatures = /[\ufb00-\ufb06]/g;
const withoutLigature = (ligature: string): string => ligature.normalize('NFKC');

/**
 * No language puts more marks of these kinds on a letter. A tower of them would cover the lines above. Marks that belong to
 * one script may be more: a letter of India may have a dot, a vowel and a nasal.
 */
const marksMax = { inherited: 2, other: 4 };

const withFewMarks = (grapheme: string): string => {
  let marks = 0;
  return [...grapheme]
    .filter((character) => {
      if (!/\p{M}/u.test(character)) {
        marks = 0;
        return true;
      }
      marks += 1;
      return marks <= (/\p{Script=Inherited}/u.test(character) ? marksMax.inherited : marksMax.other);
    })
    .join('');
};
