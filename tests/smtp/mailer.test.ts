import { describe, expect, test } from 'bun:test';
import { createSmtpMailer } from '../../adapters/smtp/mailer.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { mailOf } from './mails.ts';
import type { Behaviour } from './sink.ts';
import { longTimeouts, withSink } from './withSink.ts';

describe('The SMTP mailer', () => {
  test.concurrent(
    'A mail arrives unchanged',
    withSink(async (sink, mailerFor) => {
      const mail = mailOf(1);
      expect(await mailerFor(sink.url).send(mail)).toEqual({ kind: 'accepted' });
      expect(sink.mails).toHaveLength(1);
      expect(sink.mails[0]).toMatchObject({
        envelope: { from: 'shop@shop.example', to: [mail.to] },
        from: 'Shop <shop@shop.example>',
        to: mail.to,
        subject: mail.subject,
        messageId: mail.messageId,
        text: mail.text,
        html: mail.html,
      });
    }),
  );

  const replies = [
    ['rcpt', 450, 'deferred'],
    ['data', 451, 'deferred'],
    ['mail', 421, 'unavailable'],
    ['rcpt', 421, 'unavailable'],
    ['data', 421, 'unavailable'],
    ['rcpt', 550, 'rejected'],
    ['rcpt', 552, 'rejected'],
    ['data', 554, 'rejected'],
    // Rejections of what all mails share say nothing about this mail.
    ['mail', 451, 'unavailable'],
    ['mail', 550, 'unavailable'],
    ['rcpt', 503, 'unavailable'],
    ['rcpt', 530, 'unavailable'],
    ['data', 535, 'unavailable'],
    ['greeting', 421, 'unavailable'],
    ['greeting', 554, 'unavailable'],
  ] as const;
  for (const [at, code, kind] of replies)
    test.concurrent(
      `A ${code} to ${at} makes the mail ${kind}, and the next mail is accepted`,
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

  const texts = [
    // Limits and faults of the whole server.
    ['rcpt', 450, '4.7.1 Error: too many messages from 192.0.2.1', 'unavailable'],
    ['rcpt', 451, 'rate limit exceeded, try again later', 'unavailable'],
    ['data', 450, '4.7.28 unusual rate of mail', 'unavailable'],
    ['data', 452, '4.3.1 Insufficient system storage', 'unavailable'],
    ['data', 451, '4.3.0 Temporary lookup failure', 'unavailable'],
    ['data', 550, '5.4.5 Daily user sending limit exceeded', 'unavailable'],
    ['rcpt', 550, '5.7.1 sending quota exceeded', 'unavailable'],
    // Refusals of us, which servers send in reply to the recipient. The words are those of Postfix, Exim and Exchange.
    ['rcpt', 554, '5.7.1 <an@shop.test>: Relay access denied', 'unavailable'],
    ['rcpt', 454, '4.7.1 <an@shop.test>: Relay access denied', 'unavailable'],
    ['rcpt', 550, 'relay not permitted', 'unavailable'],
    ['rcpt', 550, '5.7.1 Relaying denied. Proper authentication required.', 'unavailable'],
    ['rcpt', 550, '5.7.54 SMTP; Unable to relay recipient in non-accepted domain', 'unavailable'],
    [
      'rcpt',
      554,
      '5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.example.org',
      'unavailable',
    ],
    ['rcpt', 450, '4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]', 'unavailable'],
    ['rcpt', 553, '5.7.1 <shop@example.com>: Sender address rejected: not owned by user', 'unavailable'],
    ['rcpt', 450, '4.1.8 <shop@example.com>: Sender address rejected: Domain not found', 'unavailable'],
    ['rcpt', 504, '5.5.2 <localhost>: Helo command rejected: need fully-qualified hostname', 'unavailable'],
    ['rcpt', 550, 'Sender verify failed', 'unavailable'],
    ['data', 550, '5.7.26 This mail is unauthenticated, which poses a security risk', 'unavailable'],
    // What is about this recipient or this mail, although the words are alike.
    ['rcpt', 554, '5.7.1 <an@shop.test>: Recipient address rejected: Access denied', 'rejected'],
    ['data', 554, '5.7.1 The message was blocked by our content filter', 'rejected'],
    ['rcpt', 450, '4.7.1 Greylisted, please try again later', 'deferred'],
    ['rcpt', 452, '4.2.2 The mailbox is over its limit', 'deferred'],
    ['rcpt', 450, '4.1.1 too many unknown addresses', 'deferred'],
    ['rcpt', 451, 'temporarily out of order', 'deferred'],
    ['data', 552, '5.3.4 Message size exceeds the limit', 'rejected'],
    ['rcpt', 552, '5.2.2 Mailbox quota exceeded', 'rejected'],
  ] as const;
  for (const [at, code, text, kind] of texts)
    test.concurrent(
      `A reply to ${at} of ${code} ${text} makes the mail ${kind}`,
      withSink(async (sink, mailerFor) => {
        sink.behave([{ at, code, text }]);
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind });
      }),
    );

  const silentBehaviours: readonly Behaviour[] = [
    'hang_before_greeting',
    'hang_after_greeting',
    'greet_forever',
    'hang_at_mail',
    'hang_after_data',
  ];
  for (const behaviour of silentBehaviours)
    test.concurrent(
      `A server with ${behaviour} takes no mail within its time limit, and no connection stays open`,
      withSink(async (sink, mailerFor) => {
        const timer = createManualTimer(createTestWorld());
        const mailer = mailerFor(sink.url, { timeouts: { ...longTimeouts, sendMs: 14_000 } }, timer);
        sink.behave([behaviour]);
        const outcome = mailer.send(mailOf(1));
        await sink.untilSilent();
        await timer.advance(14_000);
        expect(await outcome).toEqual({
          kind: behaviour === 'hang_after_data' ? 'deferred' : 'unavailable',
          reason: 'the mail server did not answer in time (ETIMEDOUT)',
        });
        await sink.untilClosed();
        expect(timer.alarms.size).toBe(0);
      }),
    );

  for (const behaviour of silentBehaviours)
    test.concurrent(
      `The time limits of a connection end the mail to a server with ${behaviour}`,
      withSink(async (sink, mailerFor) => {
        const mailer = mailerFor(sink.url, { timeouts: { ...longTimeouts, connectMs: 50, idleMs: 50 } });
        sink.behave([behaviour]);
        expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'unavailable' });
        await sink.untilClosed();
      }),
    );

  test.concurrent(
    'A mail whose connection breaks after the content is deferred, and its copy has the same Message-ID',
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
    'A mail to a missing server says so',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      await sink.close();
      expect(await mailer.send(mailOf(1))).toEqual({
        kind: 'unavailable',
        reason: 'the mail server cannot be reached (ECONNREFUSED)',
      });
    }),
  );

  for (const to of ['', 'nobody', 'a@b\r\nRCPT TO:<thief@example.com>', 'a@b> SIZE=1', 'a@b, c@d'])
    test.concurrent(
      `A mail to ${JSON.stringify(to)} is rejected before anything is sent`,
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
  ])('The URL %s with the sender %s is rejected when the mailer is created', (url, from) => {
    expect(() => createSmtpMailer(createTestWorld(), { url, from })).toThrow();
  });
});
