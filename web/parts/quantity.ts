/** What is wrong with a quantity that somebody typed. */
export type QuantityProblem = 'not_a_number' | 'too_few' | 'too_many';

export type QuantityLimits = { readonly min: number; readonly max: number };

export type TypedQuantity =
  | { readonly quantity: number; readonly problem: null }
  | { readonly quantity: null; readonly problem: QuantityProblem };

/**
 * Whole numbers only. `1.000` is one thousand in Vietnamese and one in English, so a sign between digits is refused and
 * not guessed. Keyboards of East Asia write wide digits: those are the same digits.
 */
export const readQuantity = (text: string, { min, max }: QuantityLimits): TypedQuantity => {
  const digits = text.normalize('NFKC').trim();
  if (!/^\d+$/.test(digits)) return { quantity: null, problem: 'not_a_number' };
  const quantity = Number(digits);
  if (quantity < min) return { quantity: null, problem: 'too_few' };
  if (quantity > max) return { quantity: null, problem: 'too_many' };
  return { quantity, problem: null };
};

/** One step from what is typed; from the last good quantity if it is no number. Never over a limit. */
export const stepQuantity = (
  text: string,
  by: number,
  lastGood: number,
  { min, max }: QuantityLimits,
): number => {
  const digits = text.normalize('NFKC').trim();
  const from = /^\d{1,15}$/.test(digits) ? Number(digits) : lastGood;
  return Math.max(min, Math.min(max, from + by));
};
