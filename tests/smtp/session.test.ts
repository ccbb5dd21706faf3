import { describe, expect, test } from 'bun:test';
import { mailOf } from './mails.ts';
import type { SmtpSink } from './sink.ts';
import { patient, withSink } from './withSink.ts';

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
