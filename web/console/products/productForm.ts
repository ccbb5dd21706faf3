import type { Problem } from '../../shared/outcome.ts';
import type { Product } from '../../shared/types.ts';
import { isCurrency } from './currencies.ts';
import { isCode, isName, isPicture } from './draftRules.ts';
import type { Draft } from './judgeRows.ts';
import { plainAmount, readTypedAmount } from './readAmount.ts';
import { readWish } from './stockForm.ts';

/** What is in the fields of a product. */
export type ProductForm = {
  readonly code: string;
  readonly name: string;
  readonly type: string;
  readonly price: string;
  readonly currency: string;
  readonly stock: string;
  readonly imageUrl: string;
};

export type FormField = keyof ProductForm;
export type FormProblems = ReadonlySet<FormField>;

export const emptyForm: ProductForm = {
  code: '',
  name: '',
  type: '',
  price: '',
  currency: 'VND',
  stock: '',
  imageUrl: '',
};

export const formOf = ({ code, name, type, price, imageUrl }: Product): ProductForm => ({
  ...emptyForm,
  code,
  name,
  type,
  price: plainAmount(price.amount, price.currency),
  currency: price.currency,
  imageUrl: imageUrl ?? '',
});

type ReadForm<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'problems'; readonly problems: FormProblems };

/** What `PATCH /products/{id}` takes. Fields that are the same are left out. */
export type ProductChanges = Partial<Pick<Draft, 'name' | 'type' | 'price' | 'imageUrl'>>;

/** The changes that the fields make of the product. None at all is an empty object. */
export const readChanges = (form: ProductForm, product: Product): ReadForm<ProductChanges> => {
  const { value, problems } = readFields(form);
  if (problems.size > 0) return { kind: 'problems', problems };
  const { name, type, price, imageUrl } = value;
  const isSamePrice = price.amount === product.price.amount && price.currency === product.price.currency;
  return {
    kind: 'value',
    value: {
      ...(name === product.name ? {} : { name }),
      ...(type === product.type ? {} : { type }),
      ...(isSamePrice ? {} : { price }),
      ...(imageUrl === product.imageUrl ? {} : { imageUrl }),
    },
  };
};

/** A new product. An empty stock is one that cannot run out. */
export const readDraft = (form: ProductForm): ReadForm<Draft> => {
  const { value, problems } = readFields(form);
  const code = form.code.trim();
  const wish = form.stock.trim() === '' ? null : readWish({ mode: 'set', text: form.stock }, null);
  const all = new Set<FormField>([
    ...(isCode(code) ? [] : (['code'] as const)),
    ...problems,
    ...(wish?.kind === 'problem' ? (['stock'] as const) : []),
  ]);
  if (all.size > 0) return { kind: 'problems', problems: all };
  return { kind: 'value', value: { code, ...value, stock: wish?.kind === 'change' ? wish.next : null } };
};

const readFields = (form: ProductForm) => {
  const problems = new Set<FormField>();
  const name = form.name.trim();
  const currency = form.currency.trim().toUpperCase();
  const imageUrl = form.imageUrl.trim();
  const amount = readTypedAmount(form.price, currency);
  if (!isName(name)) problems.add('name');
  if (form.type === '') problems.add('type');
  if (amount.kind === 'problem') problems.add('price');
  if (!isCurrency(currency)) problems.add('currency');
  if (imageUrl !== '' && !isPicture(imageUrl)) problems.add('imageUrl');
  return {
    value: {
      name,
      type: form.type,
      price: { amount: amount.kind === 'amount' ? amount.amount : 0, currency },
      imageUrl: imageUrl === '' ? null : imageUrl,
    },
    problems,
  };
};

const fieldOfPath: Readonly<Record<string, FormField>> = {
  code: 'code',
  name: 'name',
  type: 'type',
  'price/amount': 'price',
  price: 'price',
  'price/currency': 'currency',
  stock: 'stock',
  imageUrl: 'imageUrl',
};

/** The fields that the API refuses, by its paths: `/price/amount`, or `/0/name` in an array. */
export const refusedFields = ({ errors = [] }: Pick<Problem, 'errors'>): FormProblems =>
  new Set(
    errors.flatMap(({ path }) => {
      const field = fieldOfPath[path.replace(/^\/(?:\d+\/)?/, '')];
      return field === undefined ? [] : [field];
    }),
  );
