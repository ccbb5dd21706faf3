import { faultPresets, type Guard } from './guard.ts';

/** The guards of the units that orders hold. */
export const stockGuards: readonly Guard[] = [
  {
    name: 'the lock of a reservation',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/checkout/claim.ts',
        find: '(select units from stock where product_id = t.product_id for no key update) l',
        replace: '(select units from stock where product_id = t.product_id) l',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['stock_wrong'],
  },
  {
    name: 'the release of a reservation on PostgreSQL',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/checkout/releasedOrders.ts',
        find: 'update stock s set units = n.units + n.quantity',
        replace: 'update stock s set units = n.units',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['stock_wrong'],
  },
  {
    name: 'the release of a reservation on SQLite',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/sqlite/checkout/recordOutcomes.ts',
        find: 'if (frees) giveBack.run(row.held, row.productId);',
        replace: '',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['stock_wrong'],
  },
  {
    name: 'the refund that puts back only what is not gone',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/refundOutcome.ts',
        find: 'held > 0 && (restock ?? !gone)',
        replace: 'held > 0 && (restock ?? true)',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['reservation_wrong'],
  },
];
