import { describe, expect, test } from 'bun:test';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { formatMoney } from '../../core/money.ts';
import { noStepServices } from '../../core/stepService.ts';
import { createRunStep } from '../../core/usecases/runStep.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createMemoryStore } from '../model/store.ts';
import { readPdf } from '../pdf/readPdf.ts';
import { createTestWorld } from '../world.ts';
import { eximAvailable, startExim } from './exim.ts';
import { mailOf } from './mails.ts';
import { longTimeouts, range } from './withSink.ts';

describe.skipIf(!eximAvailable())('Exim', () => {
  test('Exim gets each mail once with its attachment, over TLS, and refuses none for too many connections', async () => {
    const exim = await startExim(3);
    const pdf = {
      name: 'hoá đơn 2026-000007.pdf',
      type: 'application/pdf',
      content: Uint8Array.from({ length: 150_000 }, (_, index) => (index * 7) % 256),
    };
    const mails = range(24).map((number) =>
      mailOf(number, { to: number % 2 === 0 ? 'hậu@example.com' : 'lan@example.com', attachments: [pdf] }),
    );
    try {
      const mailer = createSmtpMailer(createTestWorld(), {
        url: `smtp://${exim.host}?tls.rejectUnauthorized=false`,
        from: 'Cửa hàng <orders@shop.example>',
        poolSize: 10,
        timeouts: longTimeouts,
      });
      const outcomes = await Promise.all(mails.map((mail) => mailer.send(mail)));
      await mailer.close();
      expect(outcomes).toEqual(mails.map(() => ({ kind: 'accepted' })));

      const received = await exim.readMails();
      const ids = received.map(({ messageId }) => messageId);
      expect(ids.toSorted()).toEqual(mails.map(({ messageId }) => messageId).toSorted());
      for (const { from, subject, text, html, attachments } of received) {
        const { subject: sent, text: sentText, html: sentHtml } = mailOf(0);
        expect({ from, subject, text, html }).toEqual({
          from: 'Cửa hàng <orders@shop.example>',
          subject: sent,
          text: sentText,
          html: sentHtml,
        });
        expect(attachments.map(({ name, type }) => ({ name, type }))).toEqual([
          { name: pdf.name, type: pdf.type },
        ]);
        expect(Buffer.compare(attachments[0]?.content ?? Buffer.of(), pdf.content)).toBe(0);
      }
      const log = exim.readLog();
      expect(log.match(/ <= .* P=(?:utf8)?esmtps /g)?.length).toBe(24);
      expect(log).toContain('refused: too many connections');
    } finally {
      await exim.close();
    }
  });

  test('Exim gets the mails of carts once each, and one of each cart with the invoice that its API serves', async () => {
    const exim = await startExim(10);
    const world = createTestWorld();
    const mailer = createSmtpMailer(world, {
      url: `smtp://${exim.host}?tls.rejectUnauthorized=false`,
      from: 'Cửa hàng <orders@shop.example>',
      timeouts: longTimeouts,
    });
    const store = createMemoryStore(world);
    const shop = createFixture(store, world);
    const invoiceRenderer = createInvoiceRenderer(yieldToSystemEventLoop);
    const ports = { mailer, invoiceRenderer, stepServices: noStepServices, world };
    const perform = createRunStep(ports, { mailDomain: 'shop.example' });
    try {
      const products = await shop.createProducts(
        ['physical', 'digital'].map((type) => shop.productDraft({ type, name: `Áo thun ไทย ${type}` })),
      );
      const checkoutIds: string[] = [];
      for (const _ of range(6)) {
        const orders = await shop.placeOrders(products, { quantity: 2 });
        await shop.pay(orders);
        checkoutIds.push(defined((await shop.findOrder(defined(orders[0]).id)).checkoutId));
      }
      const leases = [
        ...(await shop.claimTasks('physical')).leases,
        ...(await shop.claimTasks('digital')).leases,
      ];
      const reports = await Promise.all(leases.map(perform));
      expect(reports.map((report) => report?.outcome.kind)).toEqual(leases.map(() => 'done'));

      const received = await exim.readMails();
      expect(new Set(received.map(({ messageId }) => messageId)).size).toBe(12);
      expect(received).toHaveLength(12);
      const files = received.flatMap(({ attachments }) => attachments);
      expect(files).toHaveLength(6);
      for (const checkoutId of checkoutIds) {
        const invoice = defined(await unwrap(store.invoices.ofCheckout(checkoutId)));
        const file = defined(files.find(({ name }) => name === `invoice-${invoice.number}.pdf`));
        expect(file.type).toBe('application/pdf');
        expect(Buffer.compare(file.content, await invoiceRenderer.render(invoice))).toBe(0);
        const { texts } = await readPdf(new Uint8Array(file.content));
        expect(texts[0]).toContain(`Số hoá đơn ${invoice.number}`);
        expect(texts[0]).toContain(
          `Tổng cộng ${formatMoney({ amount: invoice.total, currency: 'VND' }, 'vi').replaceAll('\u00a0', ' ')}`,
        );
        const [mail] = received.filter(({ attachments }) =>
          attachments.some(({ name }) => name === file.name),
        );
        expect(mail?.text).toContain(invoice.number);
      }
    } finally {
      await mailer.close();
      await store.close();
      await exim.close();
    }
  });
});
