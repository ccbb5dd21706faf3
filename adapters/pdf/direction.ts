import createBidi from 'bidi-js';

/** Unicode's rules for text that runs both ways (UAX 9). */
const bidi = createBidi();

/**
 * The level of each part of a text: the parts of an odd level run from right to left. The direction of the whole text is
 * that of its first letter that has one.
 */
export const levelsOf = (parts: readonly string[]): readonly number[] => {
  const text = parts.join('');
  // Most texts run from left to right.
  if (!rightToLeft.test(text)) return parts.map(() => 0);
  const { levels } = bidi.getEmbeddingLevels(text);
  let position = 0;
  return parts.map((part) => {
    const level = levels[position] ?? 0;
    position += part.length;
    return level;
  });
};

/** The blocks of scripts that run from right to left, and of their presentation forms. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** The parts of one line as they stand on the page, from the left. */
export const visualOrder = <T extends { readonly level: number }>(parts: readonly T[]): readonly T[] => {
  const ordered = [...parts];
  const highest = Math.max(0, ...parts.map(({ level }) => level));
  for (let level = highest; level > 0; level -= 1) {
    for (let start = 0; start < ordered.length; start += 1) {
      let end = start;
      while ((ordered[end]?.level ?? 0) >= level) end += 1;
      if (end > start) ordered.splice(start, end - start, ...ordered.slice(start, end).reverse());
      start = end;
    }
  }
  return ordered;
};

/** A bracket that opens at the right, as `)` does where text runs from right to left. */
export const mirrored = (text: string): string => bidi.getMirroredCharacter(text) ?? text;

/** True for what the shaping of a font turns around by itself: text that has a letter of such a script. */
export const isTurnedByFont = (text: string): boolean =>
  /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(text);
