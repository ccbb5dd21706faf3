import { describe, expect, test } from 'bun:test';
import { parseServerUrl } from '../../adapters/smtp/server.ts';

const timeouts = { connectMs: 1, idleMs: 2 };
const parse = (url: string) => parseServerUrl(url, timeouts);

describe('The URL of a mail server', () => {
  test('The host, the port, TLS and the login come from the URL', () => {
    const { options, auth } = parse('smtps://shop%40example.com:p%3Aw%2F@mail.example.com:1465');
    expect(options).toMatchObject({ host: 'mail.example.com', port: 1465, secure: true });
    expect(auth).toMatchObject({ user: 'shop@example.com', pass: 'p:w/' });
    expect(parse('smtp://mail.example.com')).toMatchObject({ options: { secure: false }, auth: null });
  });

  test('Options of nodemailer in the query count before ours, except for logs', () => {
    const query = 'name=shop.example&tls.rejectUnauthorized=false&socketTimeout=70&logger=true&debug=true';
    expect(parse(`smtp://mail.example.com?${query}`).options).toMatchObject({
      name: 'shop.example',
      tls: { rejectUnauthorized: false },
      connectionTimeout: timeouts.connectMs,
      socketTimeout: 70,
      logger: false,
      debug: false,
    });
  });

  test.each([
    ['smtp://u:p@mail.example.com', true],
    ['smtp://u:p@mail.example.com?ignoreTLS=true', true],
    ['smtp://u:p@mail.example.com?requireTLS=false', false],
    ['smtp://u:p@localhost', false],
    ['smtp://u:p@127.0.0.1', false],
    ['smtp://u:p@[::1]', false],
    ['smtp://mail.example.com', false],
  ])('The login of %s needs TLS: %p', (url, isSecret) => {
    const { options, isLoginSecret } = parse(url);
    expect([isLoginSecret, options.requireTLS === true]).toEqual([isSecret, isSecret]);
  });
});
