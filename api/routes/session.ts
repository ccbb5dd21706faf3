import { type Context, Elysia, t } from 'elysia';
import { decodeJwt } from 'jose/jwt/decode';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { bearerHeaderOf } from '../http/bearer.ts';
import { readBody } from '../http/body.ts';
import { isPerson } from '../http/caller.ts';
import { createCheck } from '../http/check.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { retryAfterSeconds } from '../http/problemExtras.ts';
import { strictObject, text } from '../http/schemas.ts';
import {
  cookiesOfNoSession,
  cookiesOfSession,
  sessionCookieName,
  sessionTokenOf,
} from '../http/sessionCookie.ts';
import { lastTimeMs } from '../http/time.ts';
import { operation } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { renderSession, sessionJson } from '../render/session.ts';

const sessionBody = createCheck(strictObject({ token: text(16_384, 'a token') }));

/** The characters of a JWT. No other character may get into a cookie. */
const tokenForm = /^[A-Za-z0-9_.-]+$/;

/**
 * `exp` of a verified token is a number. Some issuers write milliseconds, or a number that means never. Neither a time of
 * the API nor of a cookie can be later than the year 9999.
 */
const expiryOf = (token: string): number => Math.min((decodeJwt(token).exp ?? 0) * 1000, lastTimeMs);

/** Gives a page its session, and ends it. A page cannot read its own token, so an attack on a page cannot take it. */
export const createSessionCommands = ({ demo, world }: ApiDeps, authenticate: Authenticate) => {
  const name = sessionCookieName(demo);
  const reply = (cookies: readonly string[]): Response => {
    const headers = new Headers();
    for (const cookie of cookies) headers.append('set-cookie', cookie);
    return new Response(null, { status: 204, headers });
  };
  return new Elysia()
    .post(
      '/session',
      async ({ request }) => {
        const { token } = unwrapOrThrow(await readBody(request, sessionBody));
        const authorization = `Bearer ${tokenForm.test(token) ? token : '-'}`;
        const caller = unwrapOrThrow(await authenticate(new Headers({ authorization })));
        if (!isPerson(caller))
          throw httpError({
            kind: 'unauthenticated',
            tokenSent: true,
            reason: 'A service key is no session',
          });
        const seconds = Math.max(0, Math.floor((expiryOf(token) - world.clock.nowMs()) / 1000));
        return reply(cookiesOfSession(request.headers, name, token, seconds));
      },
      operation({
        tag: 'Sessions',
        summary: 'Sign a page in',
        description:
          'Keeps the token in a cookie that no script can read. The cookie counts only for requests of pages of this origin, and only without a bearer token.',
        open: true,
        body: { schema: sessionBody.schema, example: samples.sessionBody },
        responses: { 204: { description: 'The cookie is set.', headers: ['set-cookie'] } },
        failures: ['unauthenticated', 'unavailable'],
      }),
    )
    .delete(
      '/session',
      ({ request }) => reply(cookiesOfNoSession(request.headers, name)),
      operation({
        tag: 'Sessions',
        summary: 'Sign a page out',
        open: true,
        responses: { 204: { description: 'The cookie is removed.', headers: ['set-cookie'] } },
        failures: [],
      }),
    );
};

/** Tells a page who it is signed in as. Without a session that is null and no problem, because a browser logs each 401. */
export const createSessionQueries = ({ demo }: ApiDeps, authenticate: Authenticate) => {
  const name = sessionCookieName(demo);
  const find = async (headers: Headers, set: Context['set']) => {
    const caller = await authenticate(headers);
    // A page that takes this for a sign-out would end what the person does.
    if (caller.isErr() && caller.error.kind === 'unavailable') set.headers['retry-after'] = retryAfterSeconds;
    if (caller.isErr() || !isPerson(caller.value)) return null;
    const bearer = bearerHeaderOf(headers)
      ?.replace(/^bearer +/i, '')
      .trim();
    const token = bearer ?? sessionTokenOf(headers, name);
    return token === null ? null : renderSession(caller.value, expiryOf(token));
  };
  return new Elysia().get(
    '/session',
    async ({ request, set }) => {
      set.headers['content-type'] = 'application/json';
      return JSON.stringify(await find(request.headers, set));
    },
    operation({
      tag: 'Sessions',
      summary: 'See who is signed in',
      description:
        'The owner of the token or of the session of a page. `null` if nobody is signed in. With `Retry-After`, `null` says only that this cannot be known now.',
      open: 'for some',
      responses: {
        200: {
          description: 'The owner, or null.',
          schema: t.Union([sessionJson.ref, t.Null()]),
          example: samples.session,
          headers: ['retry-after'],
        },
      },
      failures: [],
    }),
  );
};
