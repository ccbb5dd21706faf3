import { Buffer } from 'node:buffer';
import { type Mark, margin, right } from './marks.ts';
import type { EmbeddedFont, ReadyFont } from './readyFont.ts';

/** Draws marks on pages of one document. */
export type Drawing = {
  addPage(marks: readonly Mark[]): void;
  /** Writes the fonts. Comes after the last page. */
  end(): void;
};

/**
 * What ready fonts show is written into the page as it is: the library would shape each text again, which takes ten times
 * as long. The library draws the other texts, and embeds the parts of their fonts.
 */
export const createDrawing = (pdf: PDFKit.PDFDocument): Drawing => {
  const embedded = new Map<string, EmbeddedFont>();
  const registered = new Set<string>();

  const useReady = (ready: ReadyFont, codes: readonly number[]): void => {
    const font = embedded.get(ready.name) ?? ready.embed(pdf);
    embedded.set(ready.name, font);
    font.use(codes);
    pdf.page.fonts[ready.name] = font.reference;
  };

  const drawByLibrary = ({ run, style, x, y }: TextMark): void => {
    const { name } = run.face;
    // The library also takes a font that was read already. Its types do not say so.
    if (!registered.has(name)) Reflect.apply(pdf.registerFont, pdf, [name, run.face.open()]);
    registered.add(name);
    pdf
      .font(name)
      .fontSize(style.size)
      .fillColor(style.color)
      .text(run.text, x, y, { lineBreak: false, baseline: 'alphabetic' });
  };

  return {
    addPage: (marks) => {
      pdf.addPage();
      let content = '';
      const write = (): void => {
        // As bytes, because the library copies a string character by character.
        if (content !== '') pdf.addContent(Buffer.from(content, 'latin1'));
        content = '';
      };
      for (const mark of marks) {
        if (mark.kind === 'rule') content += ruleOf(mark);
        else if (mark.run.operator !== null && mark.run.face.ready !== null) {
          useReady(mark.run.face.ready, mark.run.codes);
          content += textOf(mark, mark.run.face.ready.name, mark.run.operator);
        } else {
          // Programs that read a page aloud follow the order of its marks.
          write();
          drawByLibrary(mark);
        }
      }
      write();
    },
    end: () => {
      for (const font of embedded.values()) font.write();
    },
  };
};

type TextMark = Extract<Mark, { kind: 'text' }>;
type RuleMark = Extract<Mark, { kind: 'rule' }>;

/** The library turns the page so that `y` runs down. The `-1` turns the letters up again. */
const textOf = ({ style, x, y }: TextMark, font: string, operator: string): string =>
  `BT /${font} ${style.size} Tf ${colorOf(style.color)} rg 1 0 0 -1 ${round(x)} ${round(y)} Tm ${operator} ET\n`;

const ruleOf = ({ y, color }: RuleMark): string =>
  `0.5 w ${colorOf(color)} RG ${margin.left} ${round(y)} m ${round(right)} ${round(y)} l S\n`;

const round = (length: number): number => Math.round(length * 1_000) / 1_000;

/** `#1b1b1b` as three numbers from 0 to 1. There are only the few colors of `styles`. */
const colorOf = (color: string): string => {
  const known =
    colors.get(color) ??
    [1, 3, 5].map((at) => round(Number.parseInt(color.slice(at, at + 2), 16) / 255)).join(' ');
  colors.set(color, known);
  return known;
};
const colors = new Map<string, string>();
