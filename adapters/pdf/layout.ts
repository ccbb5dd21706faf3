import type { InvoiceDocument } from '../../core/invoiceDocument.ts';
import {
  addPart,
  bottom,
  contentWidth,
  foot,
  gutter,
  heightOf,
  linesMax,
  type Mark,
  margin,
  type Part,
  partOf,
  right,
  styles,
  textAt,
  textEndingAt,
  widthOf,
} from './marks.ts';
import { layOutTable } from './table.ts';
import type { Typesetter } from './typesetter.ts';

/** What stands on each page. */
export const layOut = (invoice: InvoiceDocument, typesetter: Typesetter): readonly (readonly Mark[])[] => {
  const first = layOutHead(invoice, typesetter);
  const table = layOutTable(invoice, typesetter);
  const totals = layOutTotals(invoice.totals, typesetter);
  const note = typesetter.hasReplaced()
    ? partOf(typesetter.set(invoice.replacementNote, styles.small, contentWidth, 3), margin.left, 22)
    : null;
  const endHeight = totals.height + (note?.height ?? 0);

  const pages: Mark[][] = [];
  let page: Mark[] = [];
  let y = addPart(page, table.head, addPart(page, first, margin.top));
  for (const [index, row] of table.rows.entries()) {
    // The totals do not stand alone on a page.
    const needed = row.height + (index === table.rows.length - 1 ? endHeight : 0);
    if (y + needed > bottom) {
      pages.push(page);
      page = [];
      y = addPart(page, table.head, margin.top);
    }
    y = addPart(page, row, y);
  }
  y = addPart(page, totals, y);
  if (note !== null) addPart(page, note, y);
  return addFeet([...pages, page], invoice, typesetter);
};

/** The shop on the left, the title on the right, and below them what identifies the invoice. */
const layOutHead = ({ title, shop, facts }: InvoiceDocument, { set, setLine }: Typesetter): Part => {
  const marks: Mark[] = [];
  const shopWidth = contentWidth * 0.6;
  let y = addPart(
    marks,
    partOf(set(shop.name, styles.shop, shopWidth, linesMax.shopName), margin.left, 0),
    0,
  );
  for (const detail of shop.details)
    y = addPart(marks, partOf(set(detail, styles.label, shopWidth, linesMax.detail), margin.left, 1), y);
  marks.push(...textEndingAt(setLine(title, styles.title), right, styles.title.size * 0.8));
  y = Math.max(y, styles.title.size) + 26;

  const names = facts.map(([name]) => setLine(name, styles.label));
  const valuesLeft = margin.left + Math.max(...names.map(widthOf)) + 18;
  for (const [index, [, value]] of facts.entries()) {
    const name = names[index];
    if (name !== undefined) marks.push(...textAt(name, margin.left, y + styles.text.size));
    const block = set(value, styles.text, right - valuesLeft, linesMax.fact);
    y = addPart(marks, partOf(block, valuesLeft, 0), y) + 2;
  }
  return { marks, height: y + 22 };
};

const totalsWidthMin = 200;

/** The names stand below one another, the amounts end at the right edge. */
const layOutTotals = (totals: InvoiceDocument['totals'], { setLine }: Typesetter): Part => {
  const blocks = totals.map(([name, value], index) => {
    const isLast = index === totals.length - 1;
    return {
      name: setLine(name, isLast ? styles.total : styles.label),
      value: setLine(value, isLast ? styles.total : styles.text),
    };
  });
  const namesWidth = Math.max(...blocks.map(({ name }) => widthOf(name)));
  const valuesWidth = Math.max(...blocks.map(({ value }) => widthOf(value)));
  const left = right - Math.max(totalsWidthMin, namesWidth + gutter + valuesWidth);
  const marks: Mark[] = [];
  let y = 14;
  for (const { name, value } of blocks) {
    const baseline = y + value.style.size;
    marks.push(...textAt(name, left, baseline), ...textEndingAt(value, right, baseline));
    y += heightOf(value) + 4;
  }
  return { marks, height: y };
};

const addFeet = (
  pages: readonly (readonly Mark[])[],
  { title, number, pageLabel }: InvoiceDocument,
  { setLine }: Typesetter,
): readonly (readonly Mark[])[] =>
  pages.map((marks, index) => [
    ...marks,
    ...textAt(setLine(`${title} ${number}`, styles.small), margin.left, foot),
    ...textEndingAt(setLine(pageLabel(index + 1, pages.length), styles.small), right, foot),
  ]);
