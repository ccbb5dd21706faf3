import { stockMax } from './draftRules.ts';

/** How somebody wants to change a stock. */
export type StockWish = { readonly mode: 'add' | 'set' | 'endless'; readonly text: string };

export type StockChange =
  | { readonly add: number }
  | { readonly set: number | null; readonly was: number | null };

export type WishProblem =
  | 'invalid_by'
  | 'invalid_to'
  | 'zero'
  | 'below'
  | 'endless_now'
  | 'too_many'
  | 'same';

export type ReadWish =
  | { readonly kind: 'change'; readonly change: StockChange; readonly next: number | null }
  | { readonly kind: 'problem'; readonly problem: WishProblem };

/**
 * The change that is sent, by the stock that one sees. A number of units is added to whatever the stock then is. A stock is
 * set only if it still is what one saw, so that nothing that was sold meanwhile comes back.
 */
export const readWish = ({ mode, text }: StockWish, stock: number | null): ReadWish => {
  if (mode === 'endless') return stock === null ? problem('same') : setTo(null, stock);
  const plain = text
    .normalize('NFKC')
    .replace(/[\s'’]/g, '')
    .replace('−', '-');
  if (mode === 'set') {
    const isNumber = /^\d+$/.test(plain) && Number(plain) <= stockMax;
    if (!isNumber) return problem('invalid_to');
    return Number(plain) === stock ? problem('same') : setTo(Number(plain), stock);
  }
  if (!/^[+-]?\d+$/.test(plain)) return problem('invalid_by');
  const add = Number(plain);
  if (add === 0) return problem('zero');
  if (stock === null) return problem('endless_now');
  const next = stock + add;
  if (next < 0) return problem('below');
  return next > stockMax ? problem('too_many') : { kind: 'change', change: { add }, next };
};

const problem = (found: WishProblem): ReadWish => ({ kind: 'problem', problem: found });

const setTo = (set: number | null, was: number | null): ReadWish => ({
  kind: 'change',
  change: { set, was },
  next: set,
});
