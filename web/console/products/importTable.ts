import { withoutMarks } from './draftRules.ts';

/** What a file has, before anything of it is judged. */
export type Table = {
  readonly headers: readonly string[];
  readonly rows: readonly TableRow[];
  /** A file of JSON writes its numbers in one way only. */
  readonly isJson: boolean;
};

export type TableRow = {
  /** As a spreadsheet counts: the header is row 1. In JSON the first entry is 1. */
  readonly number: number;
  /** Null is a value of its own in JSON: a product that cannot run out, or one without a picture. */
  readonly cells: readonly (string | null)[];
  /** What is wrong with the row as such. */
  readonly fault: 'not_a_row' | 'extra_cells' | 'open_quote' | null;
};

export type ImportField = 'code' | 'name' | 'type' | 'price' | 'amount' | 'currency' | 'stock' | 'imageUrl';

export type Columns = {
  readonly of: Readonly<Partial<Record<ImportField, number>>>;
  /** Headers that nothing is read from. */
  readonly unused: readonly string[];
};

export type FileProblem =
  | { readonly kind: 'empty' | 'not_text' | 'not_json' | 'too_large' | 'unreadable' }
  | { readonly kind: 'columns_missing'; readonly fields: readonly ImportField[] }
  | { readonly kind: 'column_twice'; readonly field: ImportField; readonly headers: readonly string[] };

/** In English and Vietnamese, without accents, blanks and signs. `amount` is a price in the minor unit. */
const names: Readonly<Record<ImportField, string>> = {
  code: 'code sku productcode itemcode ma masanpham mahang mahanghoa masp',
  name: 'name productname title ten tensanpham tenhang tenhanghoa tensp',
  type: 'type producttype kind loai loaisanpham loaihang kieu',
  price: 'price unitprice saleprice gia giaban dongia giatien',
  amount: 'amount priceamount minoramount',
  currency: 'currency pricecurrency currencycode tiente loaitien donvitien donvitiente',
  stock: 'stock quantity qty inventory onhand ton tonkho soluong soluongton kho',
  imageUrl: 'imageurl image picture pictureurl photo img hinh anh hinhanh linkanh urlhinh diachianh',
};

const fieldOf: ReadonlyMap<string, ImportField> = new Map(
  (Object.entries(names) as [ImportField, string][]).flatMap(([field, words]) =>
    words.split(' ').map((word) => [word, field] as const),
  ),
);

export const fieldOfHeader = (header: string): ImportField | undefined =>
  fieldOf.get(withoutMarks(header).replace(/[^\p{L}\p{N}]/gu, ''));

/** How many of these could be headers. The sign that sets cells apart is found by it. */
export const knownHeaders = (headers: readonly string[]): number =>
  headers.filter((header) => fieldOfHeader(header) !== undefined).length;

const required = ['code', 'name'] as const;

/** Which column is what, in whatever order they stand. */
export const findColumns = (headers: readonly string[]): Columns | FileProblem => {
  const of: Partial<Record<ImportField, number>> = {};
  const unused: string[] = [];
  for (const [index, header] of headers.entries()) {
    const field = fieldOfHeader(header);
    if (field === undefined) {
      if (header.trim() !== '') unused.push(header.trim());
      continue;
    }
    const other = of[field];
    if (other !== undefined)
      return {
        kind: 'column_twice',
        field,
        headers: [headers[other] ?? '', header].map((each) => each.trim()),
      };
    of[field] = index;
  }
  const hasPrice = of.price !== undefined || of.amount !== undefined;
  const fields: readonly ImportField[] = [
    ...required.filter((field) => of[field] === undefined),
    ...(hasPrice ? [] : (['price'] as const)),
  ];
  return fields.length > 0 ? { kind: 'columns_missing', fields } : { of, unused };
};
