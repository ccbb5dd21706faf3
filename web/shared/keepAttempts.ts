import { attemptPrefix } from './paymentNews.ts';
import type { PayPorts } from './payPorts.ts';
import type { Attempt } from './payStates.ts';
import type { Store } from './store.ts';

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const hasFields = (value: unknown): value is Record<keyof Attempt, unknown> =>
  typeof value === 'object' && value !== null;

/** Null for what no version of this page has written. It is left alone. */
const parseAttempt = (text: string | null): Attempt | null => {
  try {
    const value: unknown = JSON.parse(text ?? 'null');
    if (!hasFields(value)) return null;
    const { key, orderIds, method, checkoutId, startedAtMs, unansweredAtMs, sends } = value;
    const isAttempt =
      isText(key) &&
      isText(method) &&
      Array.isArray(orderIds) &&
      orderIds.length > 0 &&
      orderIds.every(isText) &&
      (checkoutId === null || isText(checkoutId)) &&
      typeof startedAtMs === 'number' &&
      (unansweredAtMs === null || typeof unansweredAtMs === 'number') &&
      typeof sends === 'number';
    return isAttempt ? { key, orderIds, method, checkoutId, startedAtMs, unansweredAtMs, sends } : null;
  } catch {
    return null;
  }
};

/**
 * Keeps the attempts of a customer in the browser. Each has an entry of its own, so two windows never overwrite each
 * other's. An id has no space, so no customer's prefix is the beginning of another's.
 */
export const createKeep = (store: Store, customerId: string): PayPorts['keep'] => {
  const prefix = `${attemptPrefix}${customerId} `;
  return {
    list: () =>
      store
        .names()
        .filter((name) => name.startsWith(prefix))
        .flatMap((name) => parseAttempt(store.get(name)) ?? [])
        .sort((one, other) => one.startedAtMs - other.startedAtMs),
    save: (attempt) => store.set(prefix + attempt.key, JSON.stringify(attempt)),
    drop: (key) => store.remove(prefix + key),
  };
};
