import { isCurrency } from './currencies.ts';
import { isCode, isName, isPicture, normalizeCode, readStock, withoutMarks } from './draftRules.ts';
import type { Columns, ImportField, Table, TableRow } from './importTable.ts';
import { type AmountProblem, amountMax, type DecimalMark, readAmount } from './readAmount.ts';

/** A product as `POST /products` takes it. Without a stock or a picture, that of the product stays as it is. */
export type Draft = {
  readonly code: string;
  readonly name: string;
  readonly type: string;
  readonly price: { readonly amount: number; readonly currency: string };
  readonly stock?: number | null;
  readonly imageUrl?: string | null;
};

export type RowProblem =
  | AmountProblem
  | { readonly kind: Exclude<TableRow['fault'], null> }
  | { readonly kind: 'missing' | 'invalid'; readonly field: ImportField }
  /** The rows with the same code. Nobody can know which of them counts. */
  | { readonly kind: 'same_code'; readonly rows: readonly number[] }
  /** The shop says so once it is sent: the product is new. */
  | { readonly kind: 'stock_needed' }
  | { readonly kind: 'refused'; readonly message: string };

export type JudgedRow = {
  readonly number: number;
  readonly cells: TableRow['cells'];
  /** What is known of it, to show in a preview. */
  readonly code: string;
  readonly name: string;
  /** Null if it cannot be sent. */
  readonly draft: Draft | null;
  readonly problems: readonly RowProblem[];
};

export type ImportOptions = {
  readonly mark: DecimalMark;
  /** Of rows that name none. */
  readonly currency: string;
  readonly type: string;
  /** The names of the product types by what a file may call them. */
  readonly types: ReadonlyMap<string, string>;
};

/** Each row with its draft, or with all that is wrong with it. Nothing is sent. */
export const judgeRows = (table: Table, columns: Columns, options: ImportOptions): readonly JudgedRow[] => {
  const read = table.rows.map((row) => judgeRow(row, columns, options, table.isJson));
  const sameCode = Map.groupBy(read, ({ code }) => normalizeCode(code));
  return read.map((row) => {
    const others = (sameCode.get(normalizeCode(row.code)) ?? []).filter((other) => other !== row);
    if (row.code === '' || others.length === 0) return row;
    const rows = others.map(({ number }) => number);
    return { ...row, draft: null, problems: [...row.problems, { kind: 'same_code', rows }] };
  });
};

const judgeRow = (
  { number, cells, fault }: TableRow,
  { of }: Columns,
  options: ImportOptions,
  isJson: boolean,
): JudgedRow => {
  const cell = (field: ImportField): string | null => {
    const index = of[field];
    return index === undefined ? '' : (cells[index] ?? (index < cells.length ? null : ''));
  };
  const text = (field: ImportField): string => (cell(field) ?? '').trim();
  const problems: RowProblem[] = fault === null ? [] : [{ kind: fault }];
  const check = (field: ImportField, isValid: (value: string) => boolean, value = text(field)): string => {
    if (value === '') problems.push({ kind: 'missing', field });
    else if (!isValid(value)) problems.push({ kind: 'invalid', field });
    return value;
  };
  const code = check('code', isCode);
  const name = check('name', isName);
  const type = check(
    'type',
    (value) => [...options.types.values()].includes(value),
    typeOf(text('type'), options),
  );
  const currency = check('currency', isCurrency, text('currency').toUpperCase() || options.currency);
  const amount = isCurrency(currency) ? amountOf(text, currency, isJson ? '.' : options.mark, problems) : 0;
  const optional = { ...stockOf(cell('stock'), problems), ...pictureOf(cell('imageUrl'), problems) };
  const draft = problems.length > 0 ? null : { code, name, type, price: { amount, currency }, ...optional };
  return { number, cells, code, name, draft, problems };
};

const typeOf = (text: string, { type, types }: ImportOptions): string =>
  text === '' ? type : (types.get(withoutMarks(text)) ?? text);

/** The column in the minor unit comes first: it can be read in one way only. */
const amountOf = (
  text: (field: ImportField) => string,
  currency: string,
  mark: DecimalMark,
  problems: RowProblem[],
): number => {
  const minor = text('amount');
  if (minor !== '') {
    if (!/^\d+$/.test(minor)) problems.push({ kind: 'invalid', field: 'amount' });
    else if (Number(minor) > amountMax) problems.push({ kind: 'price_too_large' });
    return Number(minor);
  }
  const price = text('price');
  if (price === '') {
    problems.push({ kind: 'missing', field: 'price' });
    return 0;
  }
  const read = readAmount(price, currency, mark);
  if (read.kind === 'amount') return read.amount;
  problems.push(read.problem);
  return 0;
};

const stockOf = (cell: string | null, problems: RowProblem[]): Pick<Draft, 'stock'> => {
  if (cell === null) return { stock: null };
  if (cell.trim() === '') return {};
  const read = readStock(cell);
  if (read.kind === 'stock') return { stock: read.stock };
  problems.push({ kind: 'invalid', field: 'stock' });
  return {};
};

const pictureOf = (cell: string | null, problems: RowProblem[]): Pick<Draft, 'imageUrl'> => {
  const address = cell?.trim() ?? 'null';
  if (address === 'null') return { imageUrl: null };
  if (address === '') return {};
  if (!isPicture(address)) problems.push({ kind: 'invalid', field: 'imageUrl' });
  return { imageUrl: address };
};
