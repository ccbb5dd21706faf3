import { describe, expect, test } from 'bun:test';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
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
});
