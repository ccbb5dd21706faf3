import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { secret } from '../../tests/processes/tokens.ts';

/** What happened since the last call of `take`. */
type Taken = {
  readonly bought: number;
  readonly failed: number;
  /** Sorted, in ms. */
  readonly purchaseMs: readonly number[];
  readonly searchMs: readonly number[];
};

export type Buyers = {
  /** Of all time. */
  readonly bought: () => number;
  take(): Taken;
  /** Resolves once the last purchase is over. */
  stop(): Promise<void>;
};

const customers = 500;
/** One purchase in so many is followed by a search. */
const searchOneIn = 10;

/** Customers, by the order of their purchases. Tokens last longer than any soak. */
export const createTokens = (): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: customers }, (_, number) =>
      new SignJWT({ email: `buyer${number}@shop.test`, roles: ['customer'] })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(`buyer-${number}`)
        .setExpirationTime('30d')
        .sign(new TextEncoder().encode(secret)),
    ),
  );

/**
 * Purchases that begin at their own times, `perSecond` of them, whether earlier ones are over or not. With Infinity, 64
 * customers buy one after the other.
 */
export const startBuyers = (
  base: string,
  productIds: readonly string[],
  tokens: readonly string[],
  perSecond: number,
): Buyers => {
  let taken = newTaken();
  let all = 0;
  let number = 0;
  let isStopped = false;
  const open = new Set<Promise<void>>();

  const call = async (token: string, path: string, init: RequestInit = {}) => {
    const headers = { ...init.headers, authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(base + path, { ...init, headers, signal: AbortSignal.timeout(60_000) });
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${JSON.stringify(body)}`);
    return body;
  };

  const buy = async (): Promise<void> => {
    const own = number++;
    const token = tokens[own % tokens.length] ?? '';
    const productId = productIds[own % productIds.length];
    const startedMs = performance.now();
    try {
      const order = await call(token, '/orders', {
        method: 'POST',
        headers: { 'idempotency-key': randomUUID() },
        body: JSON.stringify({ productId, quantity: 1 }),
      });
      await call(token, '/checkouts', {
        method: 'POST',
        headers: { 'idempotency-key': randomUUID() },
        body: JSON.stringify({ orderIds: [Object(order).id], payment: { method: 'pm_card_visa' } }),
      });
      taken.purchaseMs.push(performance.now() - startedMs);
      taken.bought++;
      all++;
      if (own % searchOneIn !== 0) return;
      const searchedMs = performance.now();
      await call(token, `/orders?q=${encodeURIComponent(`Soak ${own % productIds.length}`)}&limit=20`);
      taken.searchMs.push(performance.now() - searchedMs);
    } catch (cause) {
      taken.failed++;
      if (taken.failed <= 3) console.error(`a purchase failed: ${cause}`);
    }
  };

  const track = (purchase: Promise<void>): Promise<void> => {
    open.add(purchase);
    return purchase.finally(() => open.delete(purchase));
  };

  const run = async (): Promise<void> => {
    if (perSecond === Number.POSITIVE_INFINITY) {
      const buyOn = async (): Promise<void> => {
        while (!isStopped) await track(buy());
      };
      await Promise.all(Array.from({ length: 64 }, buyOn));
      return;
    }
    const startedMs = performance.now();
    for (let begun = 0; !isStopped; ) {
      const due = Math.floor(((performance.now() - startedMs) / 1_000) * perSecond);
      for (; begun < due; begun++) void track(buy());
      await sleep(5);
    }
  };
  const running = run();

  return {
    bought: () => all,
    take: () => {
      const last = taken;
      taken = newTaken();
      const sorted = (values: readonly number[]) => values.toSorted((one, other) => one - other);
      return { ...last, purchaseMs: sorted(last.purchaseMs), searchMs: sorted(last.searchMs) };
    },
    stop: async () => {
      isStopped = true;
      await running;
      await Promise.all(open);
    },
  };
};

const newTaken = () => ({ bought: 0, failed: 0, purchaseMs: [] as number[], searchMs: [] as number[] });

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
