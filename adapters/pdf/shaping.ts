import type { Font, GlyphRun } from 'fontkit';

/**
 * The font, with a layout that always comes to an end. The library throws at some marks of Gurmukhi and Malayalam: then
 * they are placed as the font draws them, not moved to their letters. What it cannot shape at all is laid out letter by
 * letter.
 */
export const withSafeLayout = (font: Font): Font => {
  const shape = font.layout;
  font.layout = (...call) => {
    const [text] = call;
    const attempts: readonly (() => GlyphRun)[] = [
      () => Reflect.apply(shape, font, call),
      // The library changes the list of features, so each call has its own.
      () => Reflect.apply(shape, font, [text, { abvm: false, blwm: false, mark: false, mkmk: false }]),
    ];
    for (const attempt of attempts) {
      try {
        return attempt();
      } catch {
        // The next attempt asks for less.
      }
    }
    return joinRuns([...text].map((character): GlyphRun => Reflect.apply(shape, font, [character])));
  };
  return font;
};

const joinRuns = (runs: readonly GlyphRun[]): GlyphRun => {
  const [first, ...others] = runs;
  if (first === undefined) throw new Error('an empty text has no layout');
  first.glyphs.push(...others.flatMap(({ glyphs }) => glyphs));
  first.positions.push(...others.flatMap(({ positions }) => positions));
  return first;
};
