import { queryOf } from '../../shared/query.ts';
import type { ProductQuestion } from './productApi.ts';

export const productsPath = '/console/products';
export const importPath = '/console/products/import';

type Query = Readonly<Record<string, string | undefined>>;

/** What the page shows: a question, and the product that is open over it. */
export type ProductAddress = ProductQuestion & {
  /** The id of a product, `new` for one that is being made, or null. */
  readonly open: string | null;
};

export const readProductAddress = ({ q = '', type = '', archived, cursor, open }: Query): ProductAddress => ({
  q,
  type,
  isArchived: archived === 'true',
  cursor: cursor || null,
  open: open || null,
});

export const productAddress = ({ q, type, isArchived, cursor, open }: ProductAddress): string =>
  productsPath + queryOf({ q, type, archived: isArchived ? 'true' : null, cursor, open });

/** A product alone, for links from elsewhere. */
export const productPath = (id: string): string => productsPath + queryOf({ open: id });
