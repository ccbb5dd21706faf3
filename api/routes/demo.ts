import { createHash } from 'node:crypto';
import { Elysia, t } from 'elysia';
import { SignJWT } from 'jose/jwt/sign';
import type { ApiDeps, FinishChallenge } from '../deps.ts';
import { type Authenticate, emailPattern, type Role, roles } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, oneOf, text, time } from '../http/schemas.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { exactly, timeOf } from '../render/component.ts';
import { mailListJson, renderMail } from '../render/mail.ts';
import { chargeListJson, renderCharge } from '../render/payment.ts';

const asking = createCheck(
  exactly({
    email: t.String({ pattern: emailPattern, description: 'an email address' }),
    role: oneOf(roles),
  }),
);

const tokenLastsMs = 12 * 3_600_000;

/** Gives a token to anybody who asks: for trying things out, and never where real customers are. */
export const demoTokens = ({ auth, world }: ApiDeps) => {
  if (auth.key.kind !== 'secret') throw new Error('demo mode needs a secret to sign tokens with');
  const secret = new TextEncoder().encode(auth.key.secret);

  const sign = (email: string, role: Role, expiresMs: number): Promise<string> => {
    const token = new SignJWT({ email, roles: [role] })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setSubject(customerIdOf(email))
      .setExpirationTime(expiresMs / 1000);
    if (auth.issuer !== null) token.setIssuer(auth.issuer);
    if (auth.audience !== null) token.setAudience(auth.audience);
    return token.sign(secret);
  };

  return new Elysia().post(
    '/demo/tokens',
    async ({ request, set }) => {
      const { email, role } = unwrapOrThrow(await readBody(request, asking));
      const expiresMs = Math.ceil((world.clock.nowMs() + tokenLastsMs) / 1000) * 1000;
      set.status = 201;
      return { token: await sign(email, role, expiresMs), expiresAt: timeOf(expiresMs) };
    },
    operation({
      tag: 'Demo',
      summary: 'Get a token',
      description: 'In demo mode only. The same email is the same customer.',
      open: true,
      body: { schema: asking.schema, example: { email: 'lan@example.com', role: 'customer' } },
      responses: {
        201: {
          description: 'The token, for 12 hours.',
          schema: exactly({ token: t.String(), expiresAt: time }),
          example: { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', expiresAt: samples.at },
        },
      },
      failures: [],
    }),
  );
};

/** A UUID of our own making (version 8 of RFC 9562) that is the same for the same email. */
const customerIdOf = (email: string): string => {
  const hex = createHash('sha256').update(email.toLowerCase()).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
};

const mailFilters = createCheck(
  exactly({
    to: t.Optional(text(254, 'an email address')),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);
const chargeFilters = createCheck(exactly({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** A `Message-ID`, or the id of a charge. */
const key = createCheck(text(255));

export const demoMails = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/demo/mails',
    requireRole(authenticate, ['operator'], async ({ request }) => {
      const query = unwrapOrThrow(readQuery(request.url, mailFilters));
      const page = await store.mailbox.list({
        to: query.to ?? null,
        after: unwrapOrThrow(readCursor(query.cursor, key)),
        limit: query.limit ?? limitDefault,
      });
      return listOf(unwrapOrThrow(page), renderMail);
    }),
    operation({
      tag: 'Demo',
      summary: 'Mails that were captured instead of sent',
      description: 'In demo mode only. Newest first.',
      parameters: queryParameters(mailFilters),
      responses: { 200: { description: 'A page.', schema: mailListJson.ref, example: samples.mails } },
      failures: ['validation_failed'],
    }),
  );

export const demoCharges = (listCharges: NonNullable<ApiDeps['charges']>, authenticate: Authenticate) =>
  new Elysia().get(
    '/demo/charges',
    requireRole(authenticate, ['operator'], async ({ request }) => {
      const query = unwrapOrThrow(readQuery(request.url, chargeFilters));
      const after = unwrapOrThrow(readCursor(query.cursor, key));
      const page = await listCharges({ after, limit: query.limit ?? limitDefault });
      return listOf(unwrapOrThrow(page), renderCharge);
    }),
    operation({
      tag: 'Demo',
      summary: 'The simulated payment provider’s books',
      description: 'In demo mode only. Newest first.',
      parameters: queryParameters(chargeFilters),
      responses: { 200: { description: 'A page.', schema: chargeListJson.ref, example: samples.charges } },
      failures: ['validation_failed'],
    }),
  );

const confirming = createCheck(
  exactly({ clientSecret: text(255, 'a client secret'), outcome: oneOf(['succeed', 'fail']) }),
);

/** The client secret is what a customer needs at the provider, too: it says whose payment it is. */
export const demoChallenges = (finishChallenge: FinishChallenge, authenticate: Authenticate) =>
  new Elysia().post(
    '/demo/challenges',
    requireRole(authenticate, ['customer'], async ({ request }) => {
      const isFinished = unwrapOrThrow(
        await finishChallenge(unwrapOrThrow(await readBody(request, confirming))),
      );
      if (!isFinished) throw httpError({ kind: 'not_found' });
      return new Response(null, { status: 204 });
    }),
    operation({
      tag: 'Demo',
      summary: 'Confirm a payment, or fail to, as its customer would',
      description: 'In demo mode only. The provider then tells us what came of it.',
      body: { schema: confirming.schema, example: samples.confirming },
      responses: { 204: { description: 'The provider knows.' } },
      failures: ['not_found'],
    }),
  );
