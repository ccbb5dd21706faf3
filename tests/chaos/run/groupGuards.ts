import { faultPresets, type Guard } from './guard.ts';

/** The guards of what the orders of a checkout share. */
export const groupGuards: readonly Guard[] = [
  {
    name: 'the one invoice of a checkout on SQLite',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/sqlite/queue/effects.ts',
        find: 'known.get(task.checkoutId) ?? issue(task, nowMs)',
        replace: 'issue(task, nowMs)',
      },
      {
        file: 'sql/sqlite/005_fulfilment.sql',
        find: 'checkout_id text not null unique',
        replace: 'checkout_id text not null',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['invoice_twice'],
  },
  {
    name: 'the one invoice of a checkout on PostgreSQL',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/queue/issueInvoices.ts',
        find: 'boolean => sequence === null;',
        replace: 'boolean => sequence !== undefined;',
      },
      {
        file: 'sql/postgres/005_fulfilment.sql',
        find: 'checkout_id uuid not null unique',
        replace: 'checkout_id uuid not null',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['invoice_twice'],
  },
  {
    name: 'the one key of a checkout at an invoice service',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/usecases/runStep.ts',
        find: ': callOnce({ service, key: invoiceRequest.key, body })',
        replace: ': callOnce({ service, key: stepKey(taskId, step), body })',
      },
    ],
    faults: faultPresets.none,
    invoices: 'service',
    expectedRules: ['invoice_requested_twice'],
  },
  {
    name: 'the answer that all groups of a checkout share',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/queue/invoiceRequests.ts',
        find: 'if (answers.length === 0) return;',
        replace: 'if (answers.length >= 0) return;',
      },
    ],
    faults: faultPresets.none,
    invoices: 'service',
    expectedRules: ['invoice_answer_lost'],
  },
  {
    name: 'the one mail of a group',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/group.ts',
        find: '[...Map.groupBy(orders, ({ product }) => product.type)].map(',
        replace: 'orders.map((order) => [order.product.type, [order]] as const).map(',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['mail_of_group_split'],
  },
  {
    name: 'the one mail with the invoice on SQLite',
    database: 'sqlite',
    replacements: [
      {
        file: 'adapters/sqlite/queue/lease.ts',
        find: 'iif(task_id = ?, content, null)',
        replace: 'iif(? is not null, content, null)',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['invoice_attached_wrong'],
  },
  {
    name: 'the one mail with the invoice on PostgreSQL',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/queue/lease.ts',
        find: 'case when i.task_id = l.id then i.content end',
        replace: 'i.content',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['invoice_attached_wrong'],
  },
  {
    name: 'the order that leaves its group alone',
    database: 'sqlite',
    replacements: [
      {
        file: 'core/group.ts',
        find: 'orderIds.map((id) => id !== orderId)',
        replace: 'orderIds.map((id) => id !== orderId && false)',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['order_stuck', 'notice_missing'],
  },
  {
    name: 'the place of an order in its group',
    database: 'postgres',
    replacements: [
      {
        file: 'adapters/postgres/orders/lock.ts',
        find: '1 + (task?.orderIds.indexOf(order.id) ?? 0)',
        replace: '1',
      },
    ],
    faults: faultPresets.none,
    expectedRules: ['history_gap', 'unexpected_response', 'order_stuck'],
  },
];
