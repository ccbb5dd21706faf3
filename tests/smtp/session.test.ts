import { describe, expect, test } from 'bun:test';
import { mailOf } from './mails.ts';
import type { SmtpSink } from './sink.ts';
import { longTimeouts, withSink } from './withSink.ts';

describe('Login', () => {
  const auth = { user: 'shop', password: 'p@ss:w/rd' };
  const urlWith = ({ url }: SmtpSink, password: string) =>
    url.replace('://', `://shop:${encodeURIComponent(password)}@`);

  test.concurrent(
    'A mail is accepted with the right password',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(urlWith(sink, auth.password));
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      },
      { auth },
    ),
  );

  test.concurrent(
    'A wrong password makes the server unavailable and is not in the reason, even if the server repeats it',
    withSink(
      async (sink, mailerFor) => {
        const timeouts = { ...longTimeouts, idleMs: 60_000 };
        expect(await mailerFor(urlWith(sink, 's3cret'), { timeouts }).send(mailOf(1))).toEqual({
          kind: 'unavailable',
          reason: 'the mail server refused the login (535)',
        });
        await sink.untilClosed();
      },
      { auth },
    ),
  );

  test.concurrent(
    'A server that requires a login is unavailable if the URL has none',
    withSink(
      async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'unavailable' });
      },
      { auth },
    ),
  );
});

describe('A login without TLS', () => {
  const auth = { user: 'shop', password: 'p@ss:w/rd' };
  /** An address that leads to this machine and does not say so: like a server on the network. */
  const remoteUrl = ({ url }: SmtpSink, query = '') =>
    `${url.replace('://127.0.0.1', `://shop:${encodeURIComponent(auth.password)}@0.0.0.0`)}${query}`;

  for (const query of ['', '?ignoreTLS=true', '?opportunisticTLS=true'])
    test.concurrent(
      `A login is not sent to a server that does not offer TLS (${query || 'no option'})`,
      withSink(
        async (sink, mailerFor) => {
          expect(await mailerFor(remoteUrl(sink, query)).send(mailOf(1))).toEqual({
            kind: 'unavailable',
            reason: expect.stringMatching(
              /^the connection to the mail server has no TLS, so the login was not sent: .*/,
            ),
          });
          expect(sink.logins()).toBe(0);
          expect(sink.received).toEqual([]);
        },
        { auth },
      ),
    );

  test.concurrent(
    'A login is not sent in clear text if the URL turns TLS off at a server that offers it',
    withSink(
      async (sink, mailerFor) => {
        const outcome = await mailerFor(remoteUrl(sink, '?ignoreTLS=true')).send(mailOf(1));
        expect(outcome).toMatchObject({ kind: 'unavailable' });
        expect(sink.logins()).toBe(0);
      },
      { auth, startTls: true },
    ),
  );

  test.concurrent(
    'A login is sent over STARTTLS',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(remoteUrl(sink, '?tls.rejectUnauthorized=false'));
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
        expect(sink.logins()).toBe(1);
      },
      { auth, startTls: true },
    ),
  );

  test.concurrent(
    'A login is sent in clear text if the URL allows it, and a mail without a login needs no TLS',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(remoteUrl(sink, '?requireTLS=false'));
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
        await withSink(async (other, otherMailerFor) => {
          const url = other.url.replace('127.0.0.1', '0.0.0.0');
          expect(await otherMailerFor(url).send(mailOf(2))).toEqual({ kind: 'accepted' });
        })();
      },
      { auth },
    ),
  );
});

describe('TLS', () => {
  test.concurrent(
    'A server with an untrusted certificate is unavailable',
    withSink(
      async (sink, mailerFor) => {
        expect(await mailerFor(sink.url).send(mailOf(1))).toMatchObject({ kind: 'unavailable' });
        expect(sink.received).toEqual([]);
      },
      { startTls: true },
    ),
  );

  test.concurrent(
    'The URL can allow an untrusted certificate',
    withSink(
      async (sink, mailerFor) => {
        const mailer = mailerFor(`${sink.url}?tls.rejectUnauthorized=false`);
        expect(await mailer.send(mailOf(1))).toEqual({ kind: 'accepted' });
      },
      { startTls: true },
    ),
  );

  test.concurrent(
    'A server without TLS is unavailable if the URL requires it',
    withSink(async (sink, mailerFor) => {
      const mailer = mailerFor(`${sink.url}?requireTLS=true`);
      expect(await mailer.send(mailOf(1))).toMatchObject({ kind: 'unavailable' });
      expect(sink.received).toEqual([]);
    }),
  );
});
