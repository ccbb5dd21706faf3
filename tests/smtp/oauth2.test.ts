import { describe, expect, test } from 'bun:test';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mailOf } from './mails.ts';
import { range, withSink } from './withSink.ts';

/** A token endpoint that keeps the bodies it gets. */
const withTokenEndpoint = async (
  status: number,
  reply: Readonly<Record<string, unknown>>,
  work: (tokenUrl: string, requests: readonly URLSearchParams[]) => Promise<void>,
): Promise<void> => {
  const requests: URLSearchParams[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    requests.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the token endpoint has no port');
  try {
    await work(`http://127.0.0.1:${address.port}/token`, requests);
  } finally {
    server.close();
  }
};

const client = { clientId: 'shop', clientSecret: 's3cret', refreshToken: 'refresh' };
const withUser = (url: string): string => url.replace('://', '://shop%40example.com@');

describe('A login with access tokens', () => {
  test.concurrent(
    'One access token is fetched for all connections',
    withSink(
      async (sink, mailerFor) => {
        await withTokenEndpoint(
          200,
          { access_token: 't0ken', expires_in: 3600 },
          async (tokenUrl, requests) => {
            const mailer = mailerFor(withUser(sink.url), { poolSize: 3, oauth2: { ...client, tokenUrl } });
            const outcomes = await Promise.all(range(3).map((number) => mailer.send(mailOf(number))));
            expect(outcomes).toEqual(range(3).map(() => ({ kind: 'accepted' })));
            expect(sink.connections()).toBe(3);
            expect(requests.map((body) => Object.fromEntries(body))).toEqual([
              {
                client_id: 'shop',
                client_secret: 's3cret',
                refresh_token: 'refresh',
                grant_type: 'refresh_token',
              },
            ]);
          },
        );
      },
      { accessToken: 't0ken' },
    ),
  );

  test.concurrent(
    'A server that refuses our token is unavailable, after one more token',
    withSink(
      async (sink, mailerFor) => {
        await withTokenEndpoint(
          200,
          { access_token: 'old', expires_in: 3600 },
          async (tokenUrl, requests) => {
            const mailer = mailerFor(withUser(sink.url), { oauth2: { ...client, tokenUrl } });
            expect(await mailer.send(mailOf(1))).toEqual({
              kind: 'unavailable',
              reason: expect.stringContaining('the mail server refused the login'),
            });
            expect(requests.length).toBeGreaterThan(0);
          },
        );
      },
      { accessToken: 't0ken' },
    ),
  );

  test.concurrent(
    'A refused refresh token makes the server unavailable, and no secret is in the reason',
    withSink(
      async (sink, mailerFor) => {
        const refusal = { error: 'invalid_grant', error_description: 's3cret refresh' };
        await withTokenEndpoint(400, refusal, async (tokenUrl) => {
          const mailer = mailerFor(withUser(sink.url), { oauth2: { ...client, tokenUrl } });
          expect(await mailer.send(mailOf(1))).toEqual({
            kind: 'unavailable',
            reason:
              'there is no access token for the mail server: its token endpoint refused or did not answer',
          });
        });
      },
      { accessToken: 't0ken' },
    ),
  );
});
