import { describe, expect, test } from 'bun:test';
import { check } from './checker.ts';
import { edit, removeStates } from './editRows.ts';
import { refund, type Shop } from './healthyRows.ts';
import { createHealthyShop } from './healthyShop.ts';
import { invoiceNumberOf, type RequestedInvoice } from './snapshot.ts';

type Change = readonly [name: string, change: (shop: Shop) => void];

/** The healthy shop, as if a service had issued its invoices. */
const createShop = (): Shop => {
  const shop = createHealthyShop();
  shop.requestedInvoices = shop.invoices.map((invoice) => {
    const { checkoutId } = invoice;
    return {
      ...{ key: `${checkoutId}.invoice`, body: '{}', isChanged: false, checkoutId },
      ...{ number: invoiceNumberOf(invoice), lines: [...invoice.lines] },
    };
  });
  shop.invoiceAnswers = shop.requestedInvoices.map(({ checkoutId, number }) => ({ checkoutId, number }));
  shop.invoices = [];
  shop.creditNotes = [];
  shop.mails = shop.mails.map((each) => ({ ...each, attachedInvoices: [] }));
  return shop;
};

const rulesOf = (change: (shop: Shop) => void): readonly string[] => {
  const shop = createShop();
  change(shop);
  return check(shop).map(({ rule }) => rule);
};

const requestOf = ({ requestedInvoices }: Shop, checkoutId: string) => {
  const found = requestedInvoices?.find((each) => each.checkoutId === checkoutId);
  if (found === undefined) throw new Error(`${checkoutId} has no request`);
  return found;
};

type Lines = RequestedInvoice['lines'];

const editLines = (shop: Shop, change: (lines: Lines) => Lines): void =>
  edit(shop.requestedInvoices ?? [], 'pay8', { lines: change(requestOf(shop, 'pay8').lines) }, 'checkoutId');

const takeForNothing = (shop: Shop): void => {
  const lines = [{ orderId: 'stuck', amount: 10 }];
  shop.requestedInvoices?.push({ ...requestOf(shop, 'pay8'), key: 'pay3', checkoutId: 'pay3', lines });
};

const allowed: readonly Change[] = [
  ['invoices of a service', () => {}],
  ['a request of an order that then failed', takeForNothing],
  [
    'a request without an order that was refunded before',
    (shop) =>
      void shop.requestedInvoices?.push({
        ...requestOf(shop, 'pay5'),
        key: 'x',
        checkoutId: 'pay6',
        lines: [],
      }),
  ],
];

const breakages: readonly Change[] = [
  [
    'invoice_requested_twice',
    (shop) => void shop.requestedInvoices?.push({ ...requestOf(shop, 'pay8'), key: 'another' }),
  ],
  [
    'invoice_request_changed',
    (shop) => edit(shop.requestedInvoices ?? [], 'pay8', { isChanged: true }, 'checkoutId'),
  ],
  ['invoice_request_wrong', (shop) => editLines(shop, (lines) => lines.slice(1))],
  [
    'invoice_request_wrong',
    (shop) => editLines(shop, (lines) => lines.map((line) => ({ ...line, amount: 9 }))),
  ],
  [
    'invoice_number_differs',
    (shop) => edit(shop.requestedInvoices ?? [], 'pay8', { number: 'another' }, 'checkoutId'),
  ],
  [
    'invoice_answer_differs',
    (shop) => edit(shop.invoiceAnswers, 'pay8', { number: 'another' }, 'checkoutId'),
  ],
  ['invoice_answer_lost', ({ invoiceAnswers }) => void invoiceAnswers.pop()],
  [
    'invoice_not_owed',
    (shop) => {
      for (const id of ['tee', 'cap']) removeStates(shop.history, id, 'invoiced');
    },
  ],
  ['invoice_not_owed', (shop) => void shop.invoices.push(...createHealthyShop().invoices)],
  ['credit_note_not_owed', (shop) => void shop.creditNotes.push(...createHealthyShop().creditNotes)],
];

describe('checker of an invoice service', () => {
  test.each(allowed)('The checker allows %s', (_, change) => {
    expect(rulesOf(change)).toEqual([]);
  });

  test.each(breakages)('The checker reports %s', (rule, change) => {
    expect(rulesOf(change)).toContain(rule);
  });

  test('A request of an order that is refunded later is no violation', () => {
    const rules = rulesOf((shop) => {
      for (const id of ['tee', 'cap']) removeStates(shop.history, id, 'invoiced');
      shop.refunds.push(refund('r20', 'late', 'tee', 'pay8', 10, 'failed'));
    });
    expect(rules).not.toContain('invoice_not_owed');
  });
});
