/**
 * What the API takes for a product, so that a preview finds what would be refused. Pages import nothing of the API, so the
 * rules are written again, and a test compares them with the API's own on many values.
 */

/** Blanks, controls, joiners, fillers and marks without a letter: what nobody sees. */
const unseen = /^[\s\p{Cc}\p{Cf}\p{Cs}\p{M}\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]*$/u;

const isText = (text: string, max: number): boolean =>
  !unseen.test(text) && !/[\p{Cc}\p{Cs}]/u.test(text) && [...text].length <= max;

/** The form in which the shop keeps a code. Two codes of one form are the same product. */
export const normalizeCode = (code: string): string =>
  code
    .replace(/[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu, '')
    .replace(/[\p{Z}\u2800]+/gu, ' ')
    .trim()
    .normalize('NFC');

const codeMax = 64;
const nameMax = 200;
export const stockMax = 1_000_000_000;

export const isCode = (code: string): boolean => isText(normalizeCode(code), codeMax);

export const isName = (name: string): boolean =>
  isText(name.replace(/[\u202a-\u202e\u2066-\u206f]/g, ''), nameMax);

/** An address of http or https, or a picture that the shop itself has. */
export const isPicture = (address: string): boolean =>
  /^\/images\/[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(address) ||
  (address.length <= 2_048 && /^https?:\/\/[^\s\p{Cc}]+$/iu.test(address) && URL.canParse(address));

export type ReadStock =
  | { readonly kind: 'stock'; readonly stock: number | null }
  | { readonly kind: 'problem' };

const endless = ['null', '∞', 'unlimited', 'khong gioi han', 'vo han'];

/** `12`, `1.200` and `1 200` are numbers of units, `∞` and `unlimited` a product that cannot run out. */
export const readStock = (text: string): ReadStock => {
  const plain = text.normalize('NFKC').trim();
  if (endless.includes(withoutMarks(plain))) return { kind: 'stock', stock: null };
  const isNumber = /^\d+$/.test(plain) || /^\d{1,3}([.,\s'’])\d{3}(?:\1\d{3})*$/.test(plain);
  const stock = isNumber ? Number(plain.replace(/\D/g, '')) : Number.NaN;
  return stock <= stockMax ? { kind: 'stock', stock } : { kind: 'problem' };
};

/** Lower case without accents: `Mã sản phẩm` is `ma san pham`. */
export const withoutMarks = (text: string): string =>
  text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('đ', 'd').trim();
