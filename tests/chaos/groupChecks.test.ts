import { describe, expect, test } from 'bun:test';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { invoiceOf } from '../pdf/samples.ts';
import { attachedInvoices } from './attachedInvoices.ts';
import { check } from './checker.ts';
import { edit, insertStateBefore } from './editRows.ts';
import { createHealthyShop } from './healthyShop.ts';
import { invoiceNumberOf } from './snapshot.ts';

const rulesAfter = (messageId: string, attached: readonly string[]): readonly string[] => {
  const shop = createHealthyShop();
  edit(shop.mails, messageId, { attachedInvoices: attached }, 'messageId');
  return check(shop).map(({ rule }) => rule);
};

const defined = <Value>(value: Value | undefined): Value => {
  if (value === undefined) throw new Error('the healthy shop has no such row');
  return value;
};

describe('The checker of attachments', () => {
  test('The checker reports a mail without the invoice that its task issued', () => {
    expect(rulesAfter('group', [])).toEqual(['invoice_not_attached']);
    expect(rulesAfter('group', ['damaged'])).toEqual(['invoice_not_attached', 'invoice_attached_wrong']);
  });

  test('The checker reports an invoice in a mail of another group, twice in one, and in a mail about a refund', () => {
    for (const messageId of ['lesson', 'r1'])
      expect(rulesAfter(messageId, ['2026-000001'])).toEqual(['invoice_attached_wrong']);
    expect(rulesAfter('group', Array(2).fill('2026-000004'))).toEqual(['invoice_attached_wrong']);
  });

  test('The checker allows an invoice in the mail of a task that a refund may have stopped, and no other invoice', () => {
    expect(rulesAfter('game', ['2026-000001'])).toEqual([]);
    expect(rulesAfter('game', ['2026-000004'])).toEqual(['invoice_attached_wrong']);
  });

  test('The checker allows an invoice in a mail that was left out after it had begun', () => {
    const shop = createHealthyShop();
    const of = (orderId: string) => shop.orders.find(({ id }) => id === orderId)?.checkoutId;
    const { orderIds } = defined(shop.mails.find(({ messageId }) => messageId === 'lesson'));
    const invoice = defined(
      shop.invoices.find(({ checkoutId }) => orderIds.every((id) => of(id) === checkoutId)),
    );
    edit(shop.mails, 'lesson', { attachedInvoices: [invoiceNumberOf(invoice)] }, 'messageId');
    const rules = () => check(shop).map(({ rule }) => rule);
    expect(rules()).toContain('invoice_attached_wrong');
    const detail = 'notify_customer, which had begun and may be done';
    for (const row of shop.history)
      if (orderIds.includes(row.orderId) && row.state === 'customer_notified')
        Object.assign(row, { state: 'skipped', detail });
    expect(rules()).not.toContain('invoice_attached_wrong');
  });

  test('The checker finds the number of an invoice in its file name and in its PDF', async () => {
    const content = Buffer.from(await createInvoiceRenderer(yieldToSystemEventLoop).render(invoiceOf()));
    const read = (name: string, bytes = content) => attachedInvoices([{ name, content: bytes }]);
    expect(read('invoice-2026-000001.pdf')).toEqual(['2026-000001']);
    expect(read('invoice-2026-000002.pdf')).toEqual(['damaged']);
    expect(read('other.pdf')).toEqual(['damaged']);
    expect(read('invoice-2026-000001.pdf', content.subarray(0, 9_000))).toEqual(['damaged']);
  });
});

describe('The checker of changed quantities', () => {
  test('The checker allows a change while the order is pending, and reports one while it is paid', () => {
    const rulesWith = (before: string) => {
      const shop = createHealthyShop();
      insertStateBefore(shop.history, 'shirt', before, 'quantity_changed');
      return check(shop).map(({ rule }) => rule);
    };
    expect(rulesWith('paying')).not.toContain('quantity_changed_too_late');
    expect(rulesWith('paying')).not.toContain('steps_out_of_order');
    for (const before of ['paid', 'invoiced'])
      expect(rulesWith(before)).toContain('quantity_changed_too_late');
  });

  test('The checker allows a change whose response was lost, whether it was done or not, and no other', () => {
    const shop = createHealthyShop();
    const { orders } = shop.clientLog;
    const { quantity = 0, amount = 0 } = orders.find(({ id }) => id === 'shirt') ?? {};
    const other = { quantity: quantity + 1, amount: amount * 2 };
    edit(orders, 'shirt', { perhaps: other });
    expect(check(shop)).toEqual([]);
    edit(orders, 'shirt', { ...other, perhaps: { quantity, amount } });
    expect(check(shop)).toEqual([]);
    edit(orders, 'shirt', { ...other, perhaps: other });
    expect(check(shop).map(({ rule }) => rule)).toEqual(['order_changed']);
  });
});
