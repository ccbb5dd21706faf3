import type { Call } from '../../shared/call.ts';
import type { Outcome } from '../../shared/outcome.ts';
import { queryOf } from '../../shared/query.ts';
import type { List, Product } from '../../shared/types.ts';
import { normalizeCode } from './draftRules.ts';
import type { Written } from './importRun.ts';
import type { Draft } from './judgeRows.ts';
import type { ProductChanges } from './productForm.ts';
import type { StockChange } from './stockForm.ts';

/** The question of the list. All of it is in the address. */
export type ProductQuestion = {
  readonly q: string;
  readonly type: string;
  readonly isArchived: boolean;
  readonly cursor: string | null;
};

export type ProductChange = ProductChanges & {
  readonly archived?: boolean;
  readonly stock?: StockChange;
};

const pageSize = 25;

/** The path of the question. */
export const productListPath = ({ q, type, isArchived, cursor }: ProductQuestion): string =>
  `/products${queryOf({ q, type, archived: isArchived ? 'true' : null, cursor, limit: pageSize })}`;

/** The calls of the page of products. */
export const createProductApi = (call: Call) => {
  const upsert = (drafts: readonly Draft[]) =>
    call<Written>({ method: 'POST', path: '/products', body: drafts });
  return {
    upsert,
    find: (id: string, signal?: AbortSignal) =>
      call<Product>({
        method: 'GET',
        path: `/products/${encodeURIComponent(id)}`,
        ...(signal === undefined ? {} : { signal }),
      }),
    change: (id: string, change: ProductChange) =>
      call<Product>({ method: 'PATCH', path: `/products/${encodeURIComponent(id)}`, body: change }),

    /** The product with a code, on sale or archived. Null if there is none. */
    findByCode: async (code: string): Promise<Outcome<Product | null>> => {
      const wanted = normalizeCode(code);
      let last: Outcome<List<Product>> | null = null;
      for (const isArchived of [false, true]) {
        // A code is also found in names, so that the right one may stand on a further page. Few codes are in many names.
        last = await call<List<Product>>({
          method: 'GET',
          path: productListPath({ q: wanted, type: '', isArchived, cursor: null }),
        });
        if (last.kind !== 'ok') return last;
        const found = last.value.items.find((product) => product.code === wanted);
        if (found !== undefined) return { ...last, value: found };
      }
      return last?.kind === 'ok' ? { ...last, value: null } : { kind: 'aborted' };
    },
  };
};

export type ProductApi = ReturnType<typeof createProductApi>;
