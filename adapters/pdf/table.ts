import type { InvoiceColumn, InvoiceDocument, InvoiceRow } from '../../core/invoiceDocument.ts';
import {
  contentWidth,
  gutter,
  hairline,
  heightOf,
  ink,
  linesMax,
  type Mark,
  margin,
  type Part,
  styles,
  textAt,
  textEndingAt,
  widthOf,
} from './marks.ts';
import type { Block, Typesetter } from './typesetter.ts';

export type Table = { readonly head: Part; readonly rows: readonly Part[] };

/** The cells of a row, but the product's name: how wide its column is depends on all the others. */
type Cells = Partial<Record<InvoiceColumn['name'], Block>>;

/** Where a column stands. */
type Place = { readonly name: InvoiceColumn['name']; readonly left: number; readonly width: number };

export const layOutTable = ({ columns, rows }: InvoiceDocument, typesetter: Typesetter): Table => {
  const headings: Cells = Object.fromEntries(
    columns.map(({ name, heading }) => [name, typesetter.setLine(heading, styles.label)]),
  );
  const numbers = rows.map((row) => setNumbers(row, columns, typesetter));
  const places = placeColumns(columns, [headings, ...numbers]);
  const head: Part = {
    marks: [...marksOf(headings, places, styles.label.size), { kind: 'rule', y: headHeight, color: ink }],
    height: headHeight,
  };
  return {
    head,
    rows: rows.map((row, index) => layOutRow(row, numbers[index] ?? {}, places, typesetter)),
  };
};

const [headHeight, padding, positionWidth, productWidthMin] = [19, 7, 30, 110];

const setNumbers = (
  { cells }: InvoiceRow,
  columns: InvoiceDocument['columns'],
  { setLine }: Typesetter,
): Cells => {
  const names = columns.map(({ name }) => name).filter((name) => name !== 'product');
  const style = (name: string) => (name === 'position' ? styles.quiet : styles.text);
  return Object.fromEntries(names.map((name) => [name, setLine(cells[name], style(name))]));
};

/** A column of numbers is as wide as its widest number. The names of the products have what is left. */
const placeColumns = (columns: InvoiceDocument['columns'], rows: readonly Cells[]): readonly Place[] => {
  const widthOfColumn = (name: InvoiceColumn['name']): number => {
    if (name === 'product') return 0;
    if (name === 'position') return positionWidth;
    return gutter + Math.max(...rows.map(({ [name]: cell }) => (cell === undefined ? 0 : widthOf(cell))));
  };
  const others = columns.reduce((sum, { name }) => sum + widthOfColumn(name), 0);
  const productWidth = Math.max(productWidthMin, contentWidth - others);
  let left = margin.left;
  return columns.map(({ name }) => {
    const width = name === 'product' ? productWidth : widthOfColumn(name);
    const place = { name, left, width };
    left += width;
    return place;
  });
};

const layOutRow = (
  { cells, code }: InvoiceRow,
  numbers: Cells,
  places: readonly Place[],
  { set }: Typesetter,
): Part => {
  const product = places.find(({ name }) => name === 'product');
  const width = (product?.width ?? 0) - gutter;
  const name = set(cells.product, styles.text, width, linesMax.product);
  const below = set(code, styles.small, width, linesMax.code);
  const codeTop = padding + heightOf(name);
  const height = codeTop + heightOf(below) + padding;
  return {
    marks: [
      ...marksOf({ ...numbers, product: name }, places, padding + styles.text.size),
      ...textAt(below, product?.left ?? margin.left, codeTop + styles.small.size),
      { kind: 'rule', y: height, color: hairline },
    ],
    height,
  };
};

/** In the order of the columns, because programs that read a page aloud follow the order of its marks. */
const marksOf = (cells: Cells, places: readonly Place[], baseline: number): readonly Mark[] =>
  places.flatMap(({ name, left, width }) => {
    const { [name]: cell } = cells;
    if (cell === undefined) return [];
    const isText = name === 'product' || name === 'position';
    return isText ? textAt(cell, left, baseline) : textEndingAt(cell, left + width, baseline);
  });
