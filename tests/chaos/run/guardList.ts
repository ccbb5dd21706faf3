import { activityGuards } from './activityGuards.ts';
import { groupGuards } from './groupGuards.ts';
import { faultPresets, type Guard } from './guard.ts';
import { moneyGuards } from './moneyGuards.ts';
import { pauseGuards } from './pauseGuards.ts';
import { stockGuards } from './stockGuards.ts';

export const guards: readonly Guard[] = [
  {
    name: 'the lock under which a claim reads its orders',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/checkout/claim.ts',
        find: `(select status, seq from orders where id = r.order_id for update \${ifHeld}) o`,
        replace: `(select 'pending' as status, r.seq) o`,
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['paid_twice'],
  },
  {
    name: 'the lease check of a report',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/queue/queue.ts',
        find: `map(({ taskId, lease, outcome }) => [\`\${taskId} \${lease}\`, outcome])`,
        replace: 'map(({ taskId, outcome }) => [taskId, outcome])',
      },
      { file: 'adapters/postgres/queue/queue.ts', find: `\`\${row.id} \${row.lease}\``, replace: 'row.id' },
      { file: 'adapters/postgres/queue/queue.ts', find: " || row.state !== 'running'", replace: '' },
    ],
    faults: faultPresets.freezes,
    expectedRules: ['impossible_edge'],
  },
  {
    name: 'the synchronous commit',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/connection.ts',
        find: "application_name: 'cartwright',",
        replace: "application_name: 'cartwright', synchronous_commit: 'off',",
      },
    ],
    faults: faultPresets.crashes,
    expectedRules: ['order_lost', 'checkout_lost', 'cancel_lost', 'checkout_status_changed'],
  },
  {
    name: 'the stable Message-ID',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/runStep.ts',
        find: 'stepKey(lease.taskId, lease.step)',
        replace: 'stepKey(lease.taskId, String(lease.lease))',
      },
    ],
    faults: faultPresets.kills,
    expectedRules: ['mail_message_id_changed'],
  },
  {
    name: 'the idempotency key of a charge',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/checkOut.ts',
        find: 'provider.charge({ paymentId, amount, method })',
        replace: 'provider.charge({ paymentId: world.ids.next(nowMs), amount, method })',
      },
    ],
    faults: faultPresets.kills,
    expectedRules: ['charge_unknown'],
  },
  {
    name: 'the recovery that waits for a final outcome',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/recoverPayments.ts',
        find: "outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? null : outcome",
        replace:
          "outcome.kind === 'unknown' || outcome.kind === 'unavailable' ? { kind: 'cancelled' } : outcome",
      },
    ],
    faults: faultPresets.kills,
    expectedRules: ['charge_not_recorded', 'charge_balance_wrong'],
  },
  {
    name: 'the response that waits for the recorded outcome',
    database: 'postgres',
    replacements: [
      {
        file: 'core/usecases/checkOut.ts',
        find: 'const recorded = await recordOutcome(claim.value, outcome, requestId);',
        replace: `void recordOutcome(claim.value, outcome, requestId);
    const { buildOutcomeRecord } = await import('../buildOutcomeRecord.ts');
    const record = buildOutcomeRecord(claim.value, outcome, requestId, world);
    const recorded = ok({ applied: true, response: record.response });`,
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['unexpected_response'],
  },
  ...activityGuards,
  ...moneyGuards,
  ...stockGuards,
  ...groupGuards,
  ...pauseGuards,
];
