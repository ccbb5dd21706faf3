/** A guard, how it is taken out, and by which rules of the checker that must be seen. */
export type Guard = {
  readonly name: string;
  readonly database: 'postgres' | 'sqlite';
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
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
    seenAs: ['paid_twice', 'paid_for_nothing'],
  },
  {
    name: 'the lease in a settlement',
    database: 'postgres',
    file: 'adapters/postgres/queue.ts',
    find: "join task t on t.id = h.id and t.lease = h.lease and t.state = 'running'",
    replace: 'join task t on t.id = h.id',
    seenAs: ['impossible_edge', 'steps_out_of_order', 'history_gap'],
  },
  {
    name: 'the Message-ID that stays the same',
    database: 'postgres',
    file: 'core/perform.ts',
    find: 'deliveryKey(lease.order.id, lease.step)',
    replace: 'deliveryKey(lease.order.id, String(lease.lease))',
    seenAs: ['mail_renamed'],
  },
];
