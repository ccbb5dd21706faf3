import { faultPresets, type Guard } from './guard.ts';

/** What keeps a command of an operator and its activity together. */
export const activityGuards: readonly Guard[] = [
  {
    name: 'the transaction of a refund’s activity',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/refunds/refunds.ts',
        find: "await writeActivity(tx, command.command, 'refund.request', [refundTarget(refund)], nowMs);",
        replace: `setTimeout(() => void inTransaction(sql, (later) =>
          writeActivity(later, command.command, 'refund.request', [refundTarget(refund)], nowMs)), 100);`,
      },
    ],
    faults: faultPresets.kills,
    expectedRules: ['refund_without_activity', 'command_without_activity'],
  },
  {
    name: 'the transaction of a price’s activity',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/sqlite/products/change.ts',
        find: "writeActivity(command, 'product.change', [productTarget(id, changes)], nowMs);",
        replace:
          "setTimeout(() => writeActivity(command, 'product.change', [productTarget(id, changes)], nowMs), 100);",
      },
    ],
    faults: faultPresets.kills,
    expectedRules: ['price_activity_differs', 'command_without_activity'],
  },
];
