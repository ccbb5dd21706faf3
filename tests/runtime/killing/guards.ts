import type { Dangers } from './faults.ts';

const none: Dangers = { kills: false, freezes: false, crashes: 0 };
const kills: Dangers = { ...none, kills: true };
const freezes: Dangers = { ...none, freezes: true };
const crashes: Dangers = { ...none, crashes: 0.6 };

/** A guard, how it is taken out, and by which rules of the checker that must be seen. */
export type Guard = {
  readonly name: string;
  readonly database: 'postgres' | 'sqlite';
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What the guard is there for. */
  readonly dangers: Dangers;
  /** At least one of them. */
  readonly seenAs: readonly string[];
};

export const guards: readonly Guard[] = [
  {
    name: 'the lock on the orders of a claim',
    database: 'postgres',
    file: 'adapters/postgres/audits.ts',
    find: '  for update of o`',
    replace: '`',
    dangers: none,
    seenAs: ['paid_twice'],
  },
  {
    name: 'the lease in a settlement',
    database: 'postgres',
    file: 'adapters/postgres/queue.ts',
    find: "join task t on t.id = h.id and t.lease = h.lease and t.state = 'running'",
    replace: 'join task t on t.id = h.id',
    dangers: freezes,
    seenAs: ['impossible_edge'],
  },
  {
    name: 'the commit that waits for the disk',
    database: 'postgres',
    file: 'adapters/postgres/connection.ts',
    find: "application_name: 'cartwright',",
    replace: "application_name: 'cartwright', synchronous_commit: 'off',",
    dangers: crashes,
    seenAs: ['order_lost', 'checkout_lost', 'cancel_lost', 'word_broken'],
  },
  {
    name: 'the Message-ID that stays the same',
    database: 'sqlite',
    file: 'core/perform.ts',
    find: 'deliveryKey(lease.order.id, lease.step)',
    replace: 'deliveryKey(lease.order.id, String(lease.lease))',
    dangers: kills,
    seenAs: ['mail_renamed'],
  },
  {
    name: 'the key that a charge is sent again under',
    database: 'sqlite',
    file: 'core/checkout.ts',
    find: 'provider.charge({ paymentId, amount, method })',
    replace: 'provider.charge({ paymentId: world.ids.next(nowMs), amount, method })',
    dangers: kills,
    seenAs: ['charge_unknown'],
  },
  {
    name: 'the reconciler that never guesses',
    database: 'sqlite',
    file: 'core/reconcile.ts',
    find: "outcome.kind === 'unavailable' ? null : outcome",
    replace: "outcome.kind === 'unavailable' ? { kind: 'cancelled' } : outcome",
    dangers: kills,
    seenAs: ['charge_unbooked'],
  },
  {
    name: 'the answer that waits for the settlement',
    database: 'postgres',
    file: 'core/checkout.ts',
    find: 'const settled = await settle(settlementOf(claimed.value, outcome, requestId, world));',
    replace: `const settlement = settlementOf(claimed.value, outcome, requestId, world);
    void settle(settlement);
    const settled = ok({ applied: true, answer: settlement.answer });`,
    dangers: none,
    seenAs: ['unexpected_answer'],
  },
];
