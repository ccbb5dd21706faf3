import { createHash } from 'node:crypto';
import { Elysia, t } from 'elysia';
import { SignJWT } from 'jose/jwt/sign';
import type { CapturedMail } from '../../core/mail.ts';
import type { ApiDeps, FinishChallenge } from '../deps.ts';
import { type Authenticate, type Role, roles } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { type Check, createCheck, eachOnce } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { emailField, readEmailField } from '../http/emailAddress.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, oneOf, strictObject, text, time } from '../http/schemas.ts';
import { operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { timeOf } from '../render/component.ts';
import { type DrawnMail, mailListJson, renderMail } from '../render/mail.ts';
import { chargeListJson, renderCharge } from '../render/payment.ts';

const oneRole = createCheck(strictObject({ email: emailField, role: oneOf(roles) }));
const manyRoles = eachOnce(
  createCheck(
    strictObject({
      email: emailField,
      roles: t.Array(oneOf(roles), {
        minItems: 1,
        maxItems: roles.length,
        documented: { uniqueItems: true },
      }),
    }),
  ),
  'roles',
);

/** One role or several. The body chooses the schema, so errors name the right paths. */
const tokenBody: Check<{ readonly email: string; readonly roles: readonly Role[] }> = {
  schema: t.Union([oneRole.schema, manyRoles.schema]),
  read: (value) =>
    typeof value === 'object' && value !== null && 'roles' in value
      ? manyRoles.read(value)
      : oneRole.read(value).map(({ email, role }) => ({ email, roles: [role] })),
};

const tokenLifetimeMs = 12 * 3_600_000;

/** Gives a token to anyone. Only for demos, never for a shop with real customers. */
export const createDemoTokenRoute = ({ auth, world }: ApiDeps) => {
  if (auth.key.kind !== 'secret') throw new Error('demo mode needs a secret to sign tokens with');
  const secret = new TextEncoder().encode(auth.key.secret);

  const sign = (email: string, granted: readonly Role[], expiresMs: number): Promise<string> => {
    const token = new SignJWT({ email, roles: granted })
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
      const { email, roles: granted } = unwrapOrThrow(await readBody(request, tokenBody));
      unwrapOrThrow(readEmailField(email));
      const expiresMs = Math.ceil((world.clock.nowMs() + tokenLifetimeMs) / 1000) * 1000;
      set.status = 201;
      return { token: await sign(email, granted, expiresMs), expiresAt: timeOf(expiresMs) };
    },
    operation({
      tag: 'Demo',
      summary: 'Get a token',
      description:
        'Only in demo mode. The same email address always belongs to the same customer. Send one `role`, or several `roles`.',
      open: true,
      body: { schema: tokenBody.schema, example: { email: 'lan@example.com', role: 'customer' } },
      responses: {
        201: {
          description: 'A token that is valid for 12 hours.',
          schema: strictObject({ token: t.String(), expiresAt: time }),
          example: { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl', expiresAt: samples.at },
        },
      },
      failures: [],
    }),
  );
};

/** A UUID (version 8 of RFC 9562) that is always the same for one email address. */
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
  strictObject({
    to: t.Optional(text(254, 'an email address')),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);
const chargeFilters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The `Message-ID` of a mail, or the id of a charge. */
const cursorKey = createCheck(text(255));

/** Draws the invoices of captured mails that are not drawn yet, to know their sizes. */
const createDrawMail =
  ({ invoices }: Pick<ApiDeps['store'], 'invoices'>, renderer: ApiDeps['invoiceRenderer']) =>
  async ({ attachments, ...mail }: CapturedMail): Promise<DrawnMail> => {
    const { checkoutId } = mail;
    const isDrawn = checkoutId === null || attachments.every(({ size }) => size !== null);
    const invoice = isDrawn ? null : unwrapOrThrow(await invoices.ofCheckout(checkoutId));
    const drawn = invoice === null ? 0 : (await renderer.render(invoice)).byteLength;
    return {
      ...mail,
      attachments: attachments.map(({ size, ...file }) => ({ ...file, size: size ?? drawn })),
    };
  };

export const createDemoMailRoute = ({ store, invoiceRenderer }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/demo/mails',
    requireRole(authenticate, 'operator', async ({ request }) => {
      const query = unwrapOrThrow(readQuery(request.url, mailFilters));
      const page = await store.mailbox.list({
        to: query.to ?? null,
        after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
        limit: query.limit ?? limitDefault,
      });
      const { items, next } = unwrapOrThrow(page);
      const draw = createDrawMail(store, invoiceRenderer);
      return listOf({ items: await Promise.all(items.map(draw)), next }, renderMail);
    }),
    operation({
      tag: 'Demo',
      summary: 'List the mails that were captured and not sent',
      description: 'Only in demo mode. Newest first.',
      parameters: queryParameters(mailFilters),
      responses: { 200: { description: 'A page.', schema: mailListJson.ref, example: samples.mails } },
      failures: ['validation_failed'],
    }),
  );

export const createDemoChargeRoute = (
  listCharges: NonNullable<ApiDeps['charges']>,
  authenticate: Authenticate,
) =>
  new Elysia().get(
    '/demo/charges',
    requireRole(authenticate, 'operator', async ({ request }) => {
      const query = unwrapOrThrow(readQuery(request.url, chargeFilters));
      const after = unwrapOrThrow(readCursor(query.cursor, cursorKey));
      const page = await listCharges({ after, limit: query.limit ?? limitDefault });
      return listOf(unwrapOrThrow(page), renderCharge);
    }),
    operation({
      tag: 'Demo',
      summary: 'List the charges of the simulated payment provider',
      description: 'Only in demo mode. Newest first.',
      parameters: queryParameters(chargeFilters),
      responses: { 200: { description: 'A page.', schema: chargeListJson.ref, example: samples.charges } },
      failures: ['validation_failed'],
    }),
  );

const challengeBody = createCheck(
  strictObject({ clientSecret: text(255, 'a client secret'), outcome: oneOf(['succeed', 'fail']) }),
);

/** No check of the owner: the client secret identifies the payment, as at a real provider. */
export const createDemoChallengeRoute = (finishChallenge: FinishChallenge, authenticate: Authenticate) =>
  new Elysia().post(
    '/demo/challenges',
    requireRole(authenticate, 'customer', async ({ request }) => {
      const isFinished = unwrapOrThrow(
        await finishChallenge(unwrapOrThrow(await readBody(request, challengeBody))),
      );
      if (!isFinished) throw httpError({ kind: 'not_found' });
      return new Response(null, { status: 204 });
    }),
    operation({
      tag: 'Demo',
      summary: 'Confirm a payment as its customer, or fail to confirm it',
      description: 'Only in demo mode. The simulated provider then reports the outcome in a webhook.',
      body: { schema: challengeBody.schema, example: samples.challengeBody },
      responses: { 204: { description: 'The provider has the outcome.' } },
      failures: ['not_found'],
    }),
  );
