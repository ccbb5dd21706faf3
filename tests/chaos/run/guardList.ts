import { type Guard, only } from './guard.ts';
import { moneyGuards } from './moneyGuards.ts';

export const guards: readonly Guard[] = [
  {
    name: 'the look at the orders of a claim under their lock',
    database: 'postgres',
    places: [
      {
        file: 'adapters/postgres/checkout/claim.ts',
        find: '(select status, seq from orders where id = w.order_id for update) o',
        replace: `(select 'pending' as status, w.seq) o`,
      },
    ],
    dangers: only.none,
    seenAs: ['paid_twice'],
  },
  {
    name: 'the lease in a settlement',
    database: 'postgres',
    places: [
      {
        file: 'adapters/postgres/queue/queue.ts',
        find: `map(({ taskId, lease, outcome }) => [\`\${taskId} \${lease}\`, outcome])`,
        replace: 'map(({ taskId, outcome }) => [taskId, outcome])',
      },
      { file: 'adapters/postgres/queue/queue.ts', find: `\`\${row.id} \${row.lease}\``, replace: 'row.id' },
      { file: 'adapters/postgres/queue/queue.ts', find: " || row.state !== 'running'", replace: '' },
    ],
    dangers: only.freezes,
    seenAs: ['impossible_edge'],
  },
  {
    name: 'the commit that waits for the disk',
    database: 'postgres',
    places: [
      {
        file: 'adapters/postgres/connection.ts',
        find: "application_name: 'cartwright',",
        replace: "application_name: 'cartwright', synchronous_commit: 'off',",
      },
    ],
    dangers: only.crashes,
    seenAs: ['order_lost', 'checkout_lost', 'cancel_lost', 'word_broken'],
  },
  {
    name: 'the Message-ID that stays the same',
    database: 'sqlite',
    places: [
      {
        file: 'core/usecases/runStep.ts',
        find: 'stepKey(lease.order.id, lease.step)',
        replace: 'stepKey(lease.order.id, String(lease.lease))',
      },
    ],
    dangers: only.kills,
    seenAs: ['mail_renamed'],
  },
  {
    name: 'the key that a charge is sent again under',
    database: 'sqlite',
    places: [
      {
        file: 'core/usecases/checkOut.ts',
        find: 'provider.charge({ paymentId, amount, method })',
        replace: 'provider.charge({ paymentId: world.ids.next(nowMs), amount, method })',
      },
    ],
    dangers: only.kills,
    seenAs: ['charge_unknown'],
  },
  {
    name: 'the reconciler that never guesses',
    database: 'sqlite',
    places: [
      {
        file: 'core/usecases/recoverPayments.ts',
        find: "outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome",
        replace:
          "outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? { kind: 'cancelled' } : outcome",
      },
    ],
    dangers: only.kills,
    seenAs: ['charge_unbooked', 'money_adrift'],
  },
  {
    name: 'the answer that waits for the settlement',
    database: 'postgres',
    places: [
      {
        file: 'core/usecases/checkOut.ts',
        find: 'const settled = await settle(claimed.value, outcome, requestId);',
        replace: `void settle(claimed.value, outcome, requestId);
    const { settlementOf } = await import('./settlement.ts');
    const { answer } = settlementOf(claimed.value, outcome, requestId, world);
    const settled = ok({ applied: true, answer });`,
      },
    ],
    dangers: only.none,
    seenAs: ['unexpected_answer'],
  },
  ...moneyGuards,
];
