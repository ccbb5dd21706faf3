import { describe, expect, test } from 'bun:test';
import { type SmtpOptions, smtpMailer } from '../../adapters/smtp/mailer.ts';
import { openSession, serverAt } from '../../adapters/smtp/session.ts';
import { mailOf } from './mails.ts';
import { type Behaviour, type SinkOptions, type SmtpSink, smtpSink } from './sink.ts';

/** Long enough for a busy machine where an answer is to come; short where none will. */
const patient = { connectMs: 5_000, silenceMs: 5_000, sendMs: 5_000 };
const hasty = { connectMs: 400, silenceMs: 400, sendMs: 800 };

type MailerFor = (url: string, options?: Partial<SmtpOptions>) => ReturnType<typeof smtpMailer>;

/** Each test has a server of its own, since they run at once: every new connection takes the server 100 ms. */
const withSink =
  (work: (sink: SmtpSink, mailerFor: MailerFor) => Promise<void>, options?: SinkOptions) => async () => {
    const sink = await smtpSink(options);
    const mailers: ReturnType<typeof smtpMailer>[] = [];
    try {
      await work(sink, (url, changes = {}) => {
        const mailer = smtpMailer({ url, from: 'Shop <shop@shop.example>', timeouts: patient, ...changes });
        mailers.push(mailer);
        return mailer;
      });
    } finally {
      await Promise.all(mailers.map((mailer) => mailer.close()));
      await sink.close();
    }
  };
/** Time for sockets of this process to tell that they were closed. */
const noticed = async () => {
  for (const _ of range(20)) await new Promise((resolve) => setImmediate(resolve));
};
const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

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
    expect(() => smtpMailer({ url, from })).toThrow();
  });
});

describe('connections', () => {
  test.concurrent(
    'are kept from mail to mail',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      for (const number of range(5)) await mailer.send(mailOf(number));
      expect(sink.mails).toHaveLength(5);
      expect(sink.connections()).toBe(1);
    }),
  );

  test.concurrent(
    'are no more than the pool has',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 3 });
      const outcomes = await Promise.all(range(30).map((number) => mailer.send(mailOf(number))));
      expect(outcomes).toEqual(range(30).map(() => ({ kind: 'accepted' })));
      expect(new Set(sink.mails.map(({ messageId }) => messageId)).size).toBe(30);
      expect(sink.connections()).toBe(3);
    }),
  );

  test.concurrent(
    'end after a hundred mails',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 1 });
      await Promise.all(range(100).map((number) => mailer.send(mailOf(number))));
      expect(sink.connections()).toBe(1);
      await sink.quiet();
      await mailer.send(mailOf(100));
      expect(sink.connections()).toBe(2);
    }),
  );

  test.concurrent(
    'that the server has ended cost no mail its try, whether we have noticed it or not',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 3 });
      await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
      sink.hangUp();
      expect(await mailer.send(mailOf(4))).toEqual({ kind: 'accepted' });

      await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
      sink.hangUp();
      await noticed();
      expect(await mailer.send(mailOf(5))).toEqual({ kind: 'accepted' });
      expect(sink.received).toHaveLength(8);

      await mailer.send(mailOf(6));
      sink.hangUp();
      await noticed();
      await mailer.close();
    }),
  );

  test.concurrent(
    'that are lost with a mail on them cost it a try: only the queue sends it again',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      sink.behave(['drop_after_data']);
      expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'deferred' });
      expect(sink.received).toHaveLength(2);
    }),
  );

  test.concurrent(
    'that a server breaks off at once are not tried without end',
    withSink(async (sink, mailerFor) => {
      sink.behave(['drop_at_mail']);
      expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      expect(sink.connections()).toBe(1);
    }),
  );

  test.concurrent(
    'that fall silent are not replaced within the same try',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { timeouts: { ...patient, silenceMs: 600 } });
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      sink.behave(['hang_at_mail']);
      expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'deferred' });
      expect(sink.connections()).toBe(1);
    }),
  );

  test.concurrent(
    'carry nothing more of a mail whose time is over',
    withSink(async (sink, mailerFor) => {
      sink.behave(['hang_at_mail']);
      const mailer = mailerFor(sink.url, { timeouts: { ...patient, sendMs: 400 } });
      expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      sink.release();
      await sink.quiet();
      expect(sink.received).toEqual([]);
    }),
  );

  test.concurrent(
    'are not opened for a mail whose time is over',
    withSink(async (sink) => {
      const opened = await openSession(serverAt(sink.url, patient), AbortSignal.abort());
      expect(opened.isErr()).toBe(true);
      expect(sink.connections()).toBe(0);
    }),
  );

  test.concurrent(
    'a mail that gets none in time is deferred, and none stays lent',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 1, timeouts: { ...patient, sendMs: 800 } });
      sink.behave(['hang_after_data']);
      const outcomes = await Promise.all(range(4).map((number) => mailer.send(mailOf(number))));
      expect(outcomes).toEqual(range(4).map(() => expect.objectContaining({ kind: 'deferred' })));
      sink.behave([]);
      expect(await mailer.send(mailOf(5))).toEqual({ kind: 'accepted' });
    }),
  );

  test.concurrent(
    'are given up in order when the mailer closes',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
      await mailer.close();
      await sink.quiet();
      expect(await mailer.send(mailOf(4))).toEqual({ kind: 'deferred', reason: 'the mailer is closed' });
    }),
  );

  test.concurrent(
    'are broken off with the mails that are under way when the mailer closes',
    withSink(async (sink, mailerFor) => {
      sink.behave(['hang_after_data']);
      const mailer = mailerFor(sink.url, { poolSize: 1 });
      const outcomes: string[] = [];
      for (const number of range(3)) void mailer.send(mailOf(number)).then(({ kind }) => outcomes.push(kind));
      await sink.until(1);
      await mailer.close();
      expect(outcomes).toEqual(['deferred', 'deferred', 'deferred']);
      await sink.quiet();
      expect(sink.received).toHaveLength(1);
    }),
  );
});

describe('logging in', () => {
  const auth = { user: 'shop', password: 'p@ss:w/rd' };
  const urlWith = ({ url }: SmtpSink, password: string) =>
    url.replace('://', `://shop:${encodeURIComponent(password)}@`);

  test.concurrent(
    'with the right password a mail is taken',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(urlWith(sink, auth.password));
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      },
      { auth },
    ),
  );

  test.concurrent(
    'a wrong password defers the mail, and stands in no reason even where the server repeats it',
    withSink(
      async (sink, mailerFor) => {
        const timeouts = { ...patient, silenceMs: 60_000 };
        expect(await mailerFor(urlWith(sink, 's3cret'), { timeouts }).send(mailOf(1))).toEqual({
          kind: 'deferred',
          reason: 'the mail server refused the login (535)',
        });
        await sink.quiet();
      },
      { auth },
    ),
  );

  test.concurrent(
    'without a login the mail is deferred',
    withSink(
      async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      },
      { auth },
    ),
  );
});

describe('TLS', () => {
  test.concurrent(
    'a certificate that nobody vouches for defers the mail',
    withSink(
      async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'deferred' });
        expect(sink.received).toEqual([]);
      },
      { startTls: true },
    ),
  );

  test.concurrent(
    'the URL can let it pass',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(`${sink.url}?tls.rejectUnauthorized=false`);
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      },
      { startTls: true },
    ),
  );

  test.concurrent(
    'and can ask for TLS where the server has none',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(`${sink.url}?requireTLS=true`);
      expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'deferred' });
      expect(sink.received).toEqual([]);
    }),
  );
});
