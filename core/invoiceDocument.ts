import { createCalendar } from './calendar.ts';
import { summarizeCredits, sumOfCredits } from './creditNotes.ts';
import type { Invoice, InvoiceLine } from './invoice.ts';
import { formatMoney } from './money.ts';

/** Makes the PDF of an invoice, from what is stored of it alone: the same invoice gives the same bytes. */
export interface InvoiceRenderer {
  render(invoice: Invoice): Promise<Uint8Array<ArrayBuffer>>;
}

/** What an invoice says, in the language of its customer. A renderer only decides where it stands on a page. */
export type InvoiceDocument = {
  readonly language: Language;
  readonly title: string;
  readonly number: string;
  readonly issuedAtMs: number;
  readonly shop: { readonly name: string; readonly details: readonly string[] };
  readonly facts: readonly Fact[];
  readonly columns: readonly InvoiceColumn[];
  readonly rows: readonly InvoiceRow[];
  /** The last one is the amount that was paid, less what its credit notes gave back. */
  readonly totals: readonly Fact[];
  /** Said if `replacementCharacter` stands somewhere for a character that the fonts do not have. */
  readonly replacementNote: string;
  pageLabel(page: number, pages: number): string;
};

export const replacementCharacter = '□';

type Fact = readonly [name: string, value: string];

export type InvoiceColumn = {
  readonly name: 'position' | 'product' | 'quantity' | 'unitPrice' | 'taxRate' | 'net';
  readonly heading: string;
};

/** A text for each column, and the code below the product's name. */
export type InvoiceRow = {
  readonly cells: Readonly<Record<InvoiceColumn['name'], string>>;
  readonly code: string;
};

type Language = 'vi' | 'en';

export const describeInvoice = (invoice: Invoice): InvoiceDocument => {
  const { number, issuedAtMs, checkoutId, checkoutNumber, shop, customer, lines } = invoice;
  const language = customer.language === 'en' ? 'en' : 'vi';
  const texts = languageTexts[language];
  const hasTax = lines.some(({ taxRate }) => taxRate !== null);
  const columnNames = hasTax ? columnsWithTax : columnsWithTax.filter((name) => name !== 'taxRate');
  return {
    language,
    title: texts.title,
    number,
    issuedAtMs,
    shop: {
      name: shop.name,
      details: [shop.address, shop.taxId === '' ? '' : `${texts.taxId}: ${shop.taxId}`].filter(isGiven),
    },
    facts: [
      [texts.number, number] as const,
      [texts.issued, texts.day(createCalendar(shop.timeZone).dayOf(issuedAtMs))] as const,
      [texts.customer, customer.email] as const,
      [texts.checkout, checkoutNumber ?? checkoutId] as const,
    ].filter(([, value]) => isGiven(value)),
    columns: columnNames.map((name) => ({ name, heading: texts.columns[name] })),
    rows: lines.map((line, index) => describeLine(line, index, invoice.currency, language)),
    totals: describeTotals(invoice, hasTax, language),
    replacementNote: texts.replacementNote,
    pageLabel: texts.pageLabel,
  };
};

/** All texts of the document but `replacementNote`, so that their fonts can be opened before it is laid out. */
export const textsOf = (document: InvoiceDocument): readonly string[] => [
  document.title,
  document.shop.name,
  ...document.shop.details,
  ...document.facts.flat(),
  ...document.columns.map(({ heading }) => heading),
  ...document.rows.flatMap(({ cells, code }) => [...Object.values(cells), code]),
  ...document.totals.flat(),
  `${document.title} ${document.number}`,
  document.pageLabel(1, 1),
];

const columnsWithTax = ['position', 'product', 'quantity', 'unitPrice', 'taxRate', 'net'] as const;

const isGiven = (text: string): boolean => text !== '';

const describeLine = (
  { code, name, quantity, unitPrice, net, taxRate }: InvoiceLine,
  index: number,
  currency: string,
  language: Language,
): InvoiceRow => ({
  cells: {
    position: String(index + 1),
    product: name,
    quantity: numberFormats[language].format(quantity),
    unitPrice: formatMoney({ amount: unitPrice, currency }, language),
    taxRate: taxRate === null ? '–' : percentOf(taxRate, language),
    net: formatMoney({ amount: net, currency }, language),
  },
  code,
});

/**
 * The tax of each rate is a line of its own, the lowest rate first. After the total come the credit notes that were issued
 * with the invoice, and what is left.
 */
const describeTotals = (
  { lines, currency, total, credits = [] }: Invoice,
  hasTax: boolean,
  language: Language,
): readonly Fact[] => {
  const texts = languageTexts[language];
  const fact = (name: string, amount: number): Fact => [name, formatMoney({ amount, currency }, language)];
  const sumOf = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0);
  const rates = [...new Set(lines.map(({ taxRate }) => taxRate))]
    .filter((rate) => rate !== null)
    .sort(ascending);
  return [
    ...(hasTax ? [fact(texts.net, sumOf(lines.map(({ net }) => net)))] : []),
    ...rates.map((rate) =>
      fact(
        `${texts.tax} ${percentOf(rate, language)}`,
        sumOf(lines.filter(({ taxRate }) => taxRate === rate).map(({ tax }) => tax)),
      ),
    ),
    fact(texts.total, total),
    ...summarizeCredits(credits, texts.line).map(({ text, amount }) =>
      fact(`${texts.creditNote} ${text}`, -amount),
    ),
    ...(credits.length === 0 ? [] : [fact(texts.left, total - sumOfCredits(credits))]),
  ];
};

const ascending = (one: number, other: number): number => one - other;

const percentOf = (rate: number, language: Language): string => `${numberFormats[language].format(rate)} %`;

const numberFormats: Readonly<Record<Language, Intl.NumberFormat>> = {
  vi: new Intl.NumberFormat('vi', { maximumFractionDigits: 3 }),
  en: new Intl.NumberFormat('en', { maximumFractionDigits: 3 }),
};

type TextName =
  | 'title'
  | 'number'
  | 'issued'
  | 'customer'
  | 'checkout'
  | 'taxId'
  | 'net'
  | 'tax'
  | 'total'
  | 'creditNote'
  | 'line'
  | 'left'
  | 'replacementNote';
type Texts = Readonly<Record<TextName, string>> & {
  readonly columns: Readonly<Record<InvoiceColumn['name'], string>>;
  /** Of a day such as `2026-03-01`. */
  readonly day: (day: string) => string;
  readonly pageLabel: InvoiceDocument['pageLabel'];
};

const languageTexts: Readonly<Record<Language, Texts>> = {
  vi: {
    title: 'Hoá đơn',
    number: 'Số hoá đơn',
    issued: 'Ngày lập',
    customer: 'Khách hàng',
    checkout: 'Mã thanh toán',
    taxId: 'Mã số thuế',
    net: 'Cộng tiền hàng',
    tax: 'Thuế',
    total: 'Tổng cộng',
    creditNote: 'Hoá đơn điều chỉnh giảm',
    line: 'dòng',
    left: 'Còn lại',
    columns: {
      position: 'STT',
      product: 'Sản phẩm',
      quantity: 'Số lượng',
      unitPrice: 'Đơn giá',
      taxRate: 'Thuế suất',
      net: 'Thành tiền',
    },
    day: (day) => day.split('-').reverse().join('/'),
    pageLabel: (page, pages) => `Trang ${page}/${pages}`,
    replacementNote: `${replacementCharacter} thay cho một ký tự mà phông chữ của hoá đơn này không có.`,
  },
  en: {
    title: 'Invoice',
    number: 'Invoice number',
    issued: 'Date',
    customer: 'Customer',
    checkout: 'Checkout',
    taxId: 'Tax number',
    net: 'Total without tax',
    tax: 'Tax',
    total: 'Total',
    creditNote: 'Credit note',
    line: 'line',
    left: 'Total after credit notes',
    columns: {
      position: 'No.',
      product: 'Product',
      quantity: 'Quantity',
      unitPrice: 'Unit price',
      taxRate: 'Tax',
      net: 'Amount',
    },
    day: (day) => day,
    pageLabel: (page, pages) => `Page ${page} of ${pages}`,
    replacementNote: `${replacementCharacter} stands for a character that the fonts of this invoice do not have.`,
  },
};
