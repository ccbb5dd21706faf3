import type { Run } from './lines.ts';
import type { Block, Style } from './typesetter.ts';

/** Something to draw. `y` is the baseline of a text. Lengths are in points, from the top left corner. */
export type Mark =
  | {
      readonly kind: 'text';
      readonly run: Run;
      readonly style: Style;
      readonly x: number;
      readonly y: number;
    }
  | { readonly kind: 'rule'; readonly y: number; readonly color: string };

/** Marks that stay together. Their `y` is from the top of the part. */
export type Part = { readonly marks: readonly Mark[]; readonly height: number };

/** A4. */
export const pageSize = { width: 595.28, height: 841.89 };
export const margin = { left: 56, right: 56, top: 60 };
export const right = pageSize.width - margin.right;
export const contentWidth = right - margin.left;
/** Where rows end, and the baseline of the foot. */
export const [bottom, foot] = [pageSize.height - 84, pageSize.height - 48];

/** Between columns, at the least. */
export const gutter = 14;

const quiet = '#6a6a6a';
export const [ink, hairline] = ['#1b1b1b', '#d9d9d9'];

const styleOf = (size: number, changes: Partial<Style> = {}): Style => ({
  size,
  weight: 'regular',
  color: ink,
  ...changes,
});
export const styles = {
  title: styleOf(24),
  shop: styleOf(12, { weight: 'bold' }),
  text: styleOf(9.5),
  quiet: styleOf(9.5, { color: quiet }),
  label: styleOf(8.5, { color: quiet }),
  small: styleOf(8, { color: quiet }),
  total: styleOf(11.5, { weight: 'bold' }),
};

/** The most lines of a text, so that nothing that is stored can fill a page of its own. */
export const linesMax = { shopName: 3, detail: 5, fact: 3, product: 12, code: 4 };

/** The distance of two baselines. */
const lineHeight = ({ size }: Style): number => size * 1.42;

export const heightOf = ({ lines, style }: Block): number => lines.length * lineHeight(style);

export const widthOf = ({ lines, style }: Block): number =>
  Math.max(0, ...lines.map(({ width }) => width)) * style.size;

/** The block from `x` on. `baseline` is that of its first line. */
export const textAt = ({ lines, style }: Block, x: number, baseline: number): readonly Mark[] =>
  lines.flatMap(({ runs }, index) => {
    const y = baseline + index * lineHeight(style);
    let at = x;
    return runs.map((run): Mark => {
      const mark: Mark = { kind: 'text', run, style, x: at, y };
      at += run.width * style.size;
      return mark;
    });
  });

/** A block of one line that ends at `end`. */
export const textEndingAt = (block: Block, end: number, baseline: number): readonly Mark[] =>
  textAt(block, end - widthOf(block), baseline);

/** The part of a block, with some space above it. */
export const partOf = (block: Block, x: number, above: number): Part => ({
  marks: textAt(block, x, above + block.style.size),
  height: above + heightOf(block),
});

/** Adds the part to the page, and returns where it ends. */
export const addPart = (page: Mark[], { marks, height }: Part, top: number): number => {
  page.push(...marks.map((mark) => ({ ...mark, y: mark.y + top })));
  return top + height;
};
