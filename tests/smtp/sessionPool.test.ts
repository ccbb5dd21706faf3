import { describe, expect, test } from 'bun:test';
import { openSession, serverAt } from '../../adapters/smtp/session.ts';
import { systemTimer } from '../../adapters/system/timer.ts';
import { mailOf } from './mails.ts';
import { patient, range, withSink } from './withSink.ts';

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
    'that have carried as many mails as the server lets them cost none its try',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(sink.url);
      sink.behave(['accept', { at: 'mail', code: 421 }]);
      expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      expect(await mailer.send(mailOf(2))).toEqual({ kind: 'accepted' });
      expect(sink.connections()).toBe(2);
      // One that has carried none is no better than the next would be.
      sink.behave([{ at: 'mail', code: 421 }]);
      expect(await mailerFor(sink.url).send(mailOf(3))).toMatchObject({ kind: 'deferred' });
      expect(sink.connections()).toBe(3);
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
      const opened = await openSession(serverAt(sink.url, patient), systemTimer, AbortSignal.abort());
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

/** Time for sockets of this process to tell that they were closed. */
const noticed = async () => {
  for (const _ of range(20)) await new Promise((resolve) => setImmediate(resolve));
};
