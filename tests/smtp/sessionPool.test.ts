import { describe, expect, test } from 'bun:test';
import { parseServerUrl } from '../../adapters/smtp/server.ts';
import { openSession } from '../../adapters/smtp/session.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import type { MailOutcome } from '../../core/mail.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { mailOf } from './mails.ts';
import { longTimeouts, range, withSink } from './withSink.ts';

describe('SMTP connections', () => {
  test.concurrent(
    'A connection stays open between mails',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      for (const number of range(5)) await mailer.send(mailOf(number));
      expect(sink.mails).toHaveLength(5);
      expect(sink.connections()).toBe(1);
    }),
  );

  test.concurrent(
    'There are never more connections than the pool size',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 3 });
      const outcomes = await Promise.all(range(30).map((number) => mailer.send(mailOf(number))));
      expect(outcomes).toEqual(range(30).map(() => ({ kind: 'accepted' })));
      expect(new Set(sink.mails.map(({ messageId }) => messageId)).size).toBe(30);
      expect(sink.connections()).toBe(3);
    }),
  );

  test.concurrent(
    'Mails wait for an open connection if the server refuses another one, and later mails ask for no more',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(sink.url, { poolSize: 8 });
        const sendAll = (numbers: readonly number[]) =>
          Promise.all(numbers.map((number) => mailer.send(mailOf(number))));
        const accepted: MailOutcome[] = range(16).map(() => ({ kind: 'accepted' }));
        expect(await sendAll(range(16))).toEqual(accepted);
        expect(sink.connections() - sink.refused()).toBe(2);
        const refused = sink.refused();
        expect(refused).toBeGreaterThan(0);
        expect(await sendAll(range(16))).toEqual(accepted);
        expect(sink.refused()).toBe(refused);
        expect(sink.mails).toHaveLength(32);
      },
      { connectionsMax: 2 },
    ),
  );

  test.concurrent(
    'A server that refuses the only connection is unavailable',
    withSink(
      async (sink, mailerFor) => {
        const outcomes = await Promise.all(
          range(3).map((number) => mailerFor(sink.url).send(mailOf(number))),
        );
        expect(outcomes).toEqual(
          range(3).map(() => ({
            kind: 'unavailable',
            reason: 'the mail server answered 421 4.7.0 too many connections',
          })),
        );
      },
      { connectionsMax: 0 },
    ),
  );

  test.concurrent(
    'A connection ends after a hundred mails',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 1 });
      await Promise.all(range(100).map((number) => mailer.send(mailOf(number))));
      expect(sink.connections()).toBe(1);
      await sink.untilClosed();
      await mailer.send(mailOf(100));
      expect(sink.connections()).toBe(2);
    }),
  );

  test.concurrent(
    'A mail is sent over another connection if the server has ended an idle one',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url, { poolSize: 3 });
      await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
      sink.dropConnections();
      expect(await mailer.send(mailOf(4))).toEqual({ kind: 'accepted' });

      await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
      sink.dropConnections();
      await untilSocketsNotice();
      expect(await mailer.send(mailOf(5))).toEqual({ kind: 'accepted' });
      expect(sink.received).toHaveLength(8);

      await mailer.send(mailOf(6));
      sink.dropConnections();
      await untilSocketsNotice();
      await mailer.close();
    }),
  );

  test.concurrent(
    'A mail is sent over another connection if the server limits the mails of each',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      sink.behave(['accept', { at: 'mail', code: 421 }]);
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      expect(await mailer.send(mailOf(2))).toEqual({ kind: 'accepted' });
      expect(sink.connections()).toBe(2);
      // A new connection is not replaced: the next one would fail, too.
      sink.behave([{ at: 'mail', code: 421 }]);
      expect(await mailerFor(sink.url).send(mailOf(3))).toMatchObject({ kind: 'unavailable' });
      expect(sink.connections()).toBe(3);
    }),
  );

  test.concurrent(
    'A mail whose connection is lost after its content is deferred, and only the queue sends it again',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      sink.behave(['drop_after_data']);
      expect(await mailer.send(mailOf(2))).toMatchObject({ kind: 'deferred' });
      expect(sink.received).toHaveLength(2);
    }),
  );

  test.concurrent(
    'A server that breaks off a new connection is unavailable',
    withSink(async (sink, mailerFor) => {
      sink.behave(['drop_at_mail']);
      expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'unavailable' });
      expect(sink.connections()).toBe(1);
    }),
  );

  test.concurrent(
    'A connection that times out is not replaced within the same attempt',
    withSink(async (sink, mailerFor) => {
      const timer = createManualTimer(createTestWorld());
      const mailer = mailerFor(sink.url, {}, timer);
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      sink.behave(['hang_at_mail']);
      const second = mailer.send(mailOf(2));
      await sink.untilSilent();
      await timer.advance(longTimeouts.sendMs);
      expect(await second).toMatchObject({ kind: 'unavailable' });
      expect(sink.connections()).toBe(1);
    }),
  );

  test.concurrent(
    'Nothing more is sent of a mail whose time limit is over',
    withSink(async (sink, mailerFor) => {
      sink.behave(['hang_at_mail']);
      const timer = createManualTimer(createTestWorld());
      const outcome = mailerFor(sink.url, {}, timer).send(mailOf(1));
      await sink.untilSilent();
      await timer.advance(longTimeouts.sendMs);
      expect(await outcome).toMatchObject({ kind: 'unavailable' });
      sink.release();
      await sink.untilClosed();
      expect(sink.received).toEqual([]);
    }),
  );

  test.concurrent(
    'No connection is opened for a mail whose time limit is over',
    withSink(async (sink) => {
      const opened = await openSession(
        parseServerUrl(sink.url, longTimeouts),
        systemTimer,
        AbortSignal.abort(),
      );
      expect(opened.isErr()).toBe(true);
      expect(sink.connections()).toBe(0);
    }),
  );

  test.concurrent(
    'A mail that gets no connection in time says that the server is slow, and all connections become free again',
    withSink(async (sink, mailerFor) => {
      const timer = createManualTimer(createTestWorld());
      const mailer = mailerFor(sink.url, { poolSize: 1 }, timer);
      sink.behave(['hang_after_data']);
      const sent = range(4).map((number) => mailer.send(mailOf(number)));
      await sink.untilSilent();
      await timer.advance(longTimeouts.sendMs);
      const outcomes = await Promise.all(sent);
      expect(outcomes.map(({ kind }) => kind)).toEqual([
        'deferred',
        'unavailable',
        'unavailable',
        'unavailable',
      ]);
      sink.behave([]);
      expect(await mailer.send(mailOf(5))).toEqual({ kind: 'accepted' });
    }),
  );

  test.concurrent(
    'Idle connections are ended when the mailer closes',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
      await mailer.close();
      await sink.untilClosed();
      expect(await mailer.send(mailOf(4))).toEqual({ kind: 'deferred', reason: 'the mailer is closed' });
    }),
  );

  test.concurrent(
    'Mails in flight are deferred when the mailer closes',
    withSink(async (sink, mailerFor) => {
      sink.behave(['hang_after_data']);
      const mailer = mailerFor(sink.url, { poolSize: 1 });
      const outcomes: string[] = [];
      for (const number of range(3)) void mailer.send(mailOf(number)).then(({ kind }) => outcomes.push(kind));
      await sink.untilReceived(1);
      await mailer.close();
      expect(outcomes).toEqual(['deferred', 'deferred', 'deferred']);
      await sink.untilClosed();
      expect(sink.received).toHaveLength(1);
    }),
  );
});

/** Waits until the sockets of this process have noticed that they were closed. */
const untilSocketsNotice = async () => {
  for (const _ of range(20)) await new Promise((resolve) => setImmediate(resolve));
};
