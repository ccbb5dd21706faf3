/**
 * The characters of a text as a reader counts them, each as a short string of its own. What nobody sees is left out:
 * control characters, zero-width characters, joiners, and marks that change the direction of what comes after them.
 */
export const graphemesOf = (text: string): readonly string[] => {
  const oneLine = text.normalize('NFC').replace(blanks, ' ').trim();
  return [...segmenter.segment(oneLine)]
    .map(({ segment }) => withFewMarks(segment.replace(invisible, '')))
    .filter((grapheme) => grapheme !== '');
};

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });
const blanks = /[\p{Z}\t-\r\u0085]+/gu;
const invisible = /[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** No language puts more marks on a letter. A tower of them would cover the lines above. */
const marksMax = 2;

const withFewMarks = (grapheme: string): string => {
  let marks = 0;
  return [...grapheme]
    .filter((character) => {
      if (!/\p{M}/u.test(character)) return true;
      marks += 1;
      return marks <= marksMax;
    })
    .join('');
};
