import { replacementCharacter } from '../../core/invoiceDocument.ts';
import type { OpenFonts, Weight } from './fonts.ts';
import { breakLines, type Line } from './lines.ts';

export type Style = { readonly size: number; readonly weight: Weight; readonly color: string };

/** Lines of text in one style. */
export type Block = { readonly lines: readonly Line[]; readonly style: Style };

export type Typesetter = {
  /** Breaks the text into lines. What does not fit into `linesMax` of them is left out. */
  set(text: string, style: Style, width: number, linesMax: number): Block;
  /** The text on one line. */
  setLine(text: string, style: Style): Block;
  /** True if the replacement character stands somewhere. */
  hasReplaced(): boolean;
};

export const createTypesetter = (fonts: OpenFonts): Typesetter => {
  let replaced = false;

  const set: Typesetter['set'] = (text, style, width, linesMax) => {
    const whole = fonts.readyRunOf(text, style.weight);
    if (whole !== null && whole.text !== '' && whole.width <= width / style.size)
      return { lines: [{ runs: [whole], width: whole.width }], style };

    const [ellipsis] = fonts.charactersOf('…', style.weight);
    if (ellipsis === undefined) throw new Error('no font has the ellipsis');
    const characters = fonts.charactersOf(text, style.weight);
    const lines = breakLines(characters, width / style.size, { linesMax, ellipsis });
    replaced ||= lines.some(({ runs }) => runs.some(({ text: run }) => run.includes(replacementCharacter)));
    return { lines, style };
  };

  return {
    set,
    setLine: (text, style) => set(text, style, Number.POSITIVE_INFINITY, 1),
    hasReplaced: () => replaced,
  };
};
