import { err, ok } from 'neverthrow';
import { isNumberPrefix } from '../core/checkoutNumber.ts';
import type { Kinds } from './settingKinds.ts';

export const checkoutSettings = ({ setting, whole }: Kinds) => ({
  orderTtlMs: whole(
    'ORDER_TTL_MS',
    86_400_000,
    1,
    31_536_000_000,
    'How long a pending order can be paid; then it is cancelled. A change counts for orders that are placed after it.',
  ),
  numberPrefix: setting({
    name: 'CHECKOUT_NUMBER_PREFIX',
    fallback: '',
    doc: 'What the numbers of new checkouts begin with, such as `CW-`. A checkout keeps the number that it has.',
    read: (text) =>
      isNumberPrefix(text)
        ? ok(text)
        : err('write at most 12 capital letters, digits and hyphens, and no digit at the end, such as CW-'),
  }),
  reconcileAfterMs: whole(
    'RECONCILE_AFTER_MS',
    15_000,
    10,
    600_000,
    'How old a checkout without an outcome must be before the payment recovery asks the provider about it.',
  ),
});
