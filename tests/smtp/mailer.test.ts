import { describe, expect, test } from 'bun:test';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { testWorld } from '../world.ts';
import { mailOf } from './mails.ts';
import type { Behaviour } from './sink.ts';
import { patient, withSink } from './withSink.ts';

/** Short, where no answer will come. */
const hasty = { connectMs: 400, silenceMs: 400, sendMs: 800 };

describe('mailer', () => {
  test.concurrent(
    'a mail arrives as it was written',
    withSink(async (sink, mailerFor) => {
      const mail = mailOf(1);
      expect(await mailerFor(sink.url).send(mail)).toEqual({ kind: 'accepted' });
      expect(sink.mails).toHaveLength(1);
      expect(sink.mails[0]).toMatchObject({
        envelope: { from: 'shop@shop.example', to: [mail.to] },
        from: 'Shop <shop@shop.example>',
        to: `<${mail.to}>`,
        subject: mail.subject,
        messageId: mail.messageId,
        text: mail.text.replaceAll('\n', '\r\n'),
        html: mail.html,
      });
    }),
  );

  const replies = [
    ['rcpt', 450, 'deferred'],
    ['data', 451, 'deferred'],
    ['mail', 421, 'deferred'],
    ['rcpt', 421, 'deferred'],
    ['rcpt', 550, 'rejected'],
    ['rcpt', 552, 'rejected'],
    ['data', 554, 'rejected'],
    // What all mails have in common is not this mail's fault.
    ['mail', 550, 'deferred'],
    ['rcpt', 503, 'deferred'],
    ['rcpt', 530, 'deferred'],
    ['data', 535, 'deferred'],
    ['greeting', 421, 'deferred'],
    ['greeting', 554, 'deferred'],
  ] as const;
  for (const [at, code, kind] of replies)
    test.concurrent(
      `${at} answered with ${code}: ${kind}, and the next mail goes through`,
      withSink(async (sink, mailerFor) => {
        const mailer = mailerFor(sink.url);
        sink.behave([{ at, code, text: 'for a reason' }]);
        const outcome = await mailer.send(mailOf(1));
        expect(outcome.kind).toBe(kind);
        expect(outcome).toHaveProperty('reason', expect.stringContaining(`${code}`));
        expect(sink.mails).toEqual([]);
        expect(await mailer.send(mailOf(2))).toEqual({ kind: 'accepted' });
      }),
    );

  const silences: readonly Behaviour[] = ['hang_before_greeting', 'hang_after_greeting', 'hang_after_data'];
  for (const behaviour of silences)
    test.concurrent(
      `${behaviour}: deferred, and nothing is left open`,
      withSink(async (sink, mailerFor) => {
        const mailer = mailerFor(sink.url, { timeouts: hasty });
        sink.behave([behaviour]);
        expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
        await sink.quiet();
      }),
    );

  test.concurrent(
    'a connection that breaks after the content is deferred, and the copy has the same Message-ID',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      sink.behave(['drop_after_data']);
      expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      const ids = sink.received.map(({ messageId }) => messageId);
      expect(ids).toEqual([mailOf(1).messageId, mailOf(1).messageId]);
    }),
  );

  test.concurrent(
    'a server that keeps talking and never comes to an end is given up on',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { timeouts: { ...patient, sendMs: 400 } });
      sink.behave(['babble']);
      expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      await sink.quiet();
    }),
  );

  test.concurrent(
    'nobody there: deferred',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      await sink.close();
      expect(await mailer.send(mailOf(1))).toEqual({
        kind: 'deferred',
        reason: 'the mail server cannot be reached (ECONNREFUSED)',
      });
    }),
  );

  for (const to of ['', 'nobody', 'a@b\r\nRCPT TO:<thief@example.com>', 'a@b> SIZE=1', 'a@b, c@d'])
    test.concurrent(
      `the address ${JSON.stringify(to)} is rejected before anything is sent`,
      withSink(async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1, { to }))).toMatchObject({ kind: 'rejected' });
        expect(sink.connections()).toBe(0);
      }),
    );

  test.each([
    ['http://mail.example', 'a@b'],
    ['mail.example', 'a@b'],
    ['smtp://', 'a@b'],
    ['smtp://mail.example', 'nobody'],
  ])('%s and %s never come to a mailer', (url, from) => {
    expect(() => createSmtpMailer(testWorld(), { url, from })).toThrow();
  });
});
