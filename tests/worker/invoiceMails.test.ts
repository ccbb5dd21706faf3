import { describe, expect, test } from 'bun:test';
import type { InvoiceRenderer } from '../../core/invoiceDocument.ts';
import type { Attachment, Mail } from '../../core/mail.ts';
import { plainRenderer } from '../plainRenderer.ts';
import { createFixtureOpener, waitUntil } from './harness.ts';

const open = createFixtureOpener();

/** A mailbox that shows what it got. */
const createMailer = () => {
  const mails: Mail[] = [];
  return {
    mails,
    mailer: {
      send: async (mail: Mail) => {
        mails.push(mail);
        return { kind: 'accepted' } as const;
      },
    },
  };
};

describe('Invoices in mails', () => {
  test('One mail of a cart has its invoice: that of the group that issued it', async () => {
    const fixture = await open();
    const orderIds = await fixture.placePaidCart(['digital', 'physical', 'service', 'physical']);
    const { mails, mailer } = createMailer();
    const { advance } = fixture.startWorker({ mailer });
    await advance(100);
    await waitUntil(() => mails.length === 3);
    const { checkoutId } = await fixture.order(orderIds[0] ?? '');
    const invoice = (await fixture.store.invoices.ofCheckout(checkoutId ?? ''))._unsafeUnwrap();
    if (invoice === null) throw new Error('the checkout has no invoice');
    const attached: Attachment = {
      name: `invoice-${invoice.number}.pdf`,
      type: 'application/pdf',
      content: await plainRenderer.render(invoice),
    };
    expect(mails.flatMap(({ attachments }) => attachments)).toEqual([attached]);
  });

  test('A mailbox that draws invoices later gets them without their bytes', async () => {
    const fixture = await open();
    await fixture.placePaidCart(['digital', 'physical']);
    const { mails, mailer } = createMailer();
    const invoiceRenderer: InvoiceRenderer = {
      render: () => Promise.reject(new Error('nothing is drawn')),
    };
    const { advance } = fixture.startWorker({
      mailer: { ...mailer, drawsInvoicesLater: true },
      invoiceRenderer,
    });
    await advance(100);
    await waitUntil(() => mails.length === 2);
    expect(mails.flatMap(({ attachments }) => attachments)).toEqual([
      { name: expect.stringMatching(/^invoice-/), type: 'application/pdf', content: null },
    ]);
  });

  test('An invoice that cannot be drawn holds its own mail, with the error, and no other', async () => {
    const fixture = await open();
    const [first = '', ...others] = await fixture.placePaidOrders(Array(6).fill('physical'));
    const { checkoutId } = await fixture.order(first);
    let isBroken = true;
    const invoiceRenderer: InvoiceRenderer = {
      render: async (invoice) => {
        if (isBroken && invoice.checkoutId === checkoutId) throw new Error('no such font');
        return plainRenderer.render(invoice);
      },
    };
    const { mails, mailer } = createMailer();
    const { advance, logLines } = fixture.startWorker({ mailer, invoiceRenderer }, { mailsMax: 1 });
    await advance(100);
    await waitUntil(() => mails.length === others.length);
    expect(mails.flatMap(({ orderIds }) => orderIds).toSorted()).toEqual(others.toSorted());
    const [task] = await fixture.tasks();
    expect(task).toMatchObject({ orderIds: [first], step: 'notify_customer', attempts: 1 });
    expect(task?.lastError).toMatch(/^the invoice 2026-00000\d cannot be drawn: no such font$/);
    expect(await fixture.statuses([first])).toEqual(['completed']);
    expect(logLines).toMatchObject([{ level: 'error', message: 'the step notify_customer threw' }]);

    isBroken = false;
    await advance(10_000);
    await waitUntil(() => mails.length === 6);
    expect(mails.at(-1)?.orderIds).toEqual([first]);
    expect(mails.every(({ attachments }) => attachments.length === 1)).toBeTrue();
  });
});
