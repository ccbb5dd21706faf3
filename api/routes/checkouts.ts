import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import type { Checkout } from '../../core/audit.ts';
import type { CheckoutSuccess } from '../../core/usecases/checkOut.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate, Caller } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { holds } from '../http/caller.ts';
import { createCheck, validationFailure } from '../http/check.ts';
import { httpError, type RequestFailure, unwrapOrThrow } from '../http/failures.ts';
import { idempotencyKeyOf } from '../http/idempotencyKey.ts';
import { idOf } from '../http/path.ts';
import { requestIdOf } from '../http/requestId.ts';
import { requireOwnerOr, requireRole } from '../http/requireRole.ts';
import { strictObject, text, uuid } from '../http/schemas.ts';
import { idempotencyKeyParameter, idParameter, operation } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import {
  checkoutJson,
  checkoutResponseJson,
  renderCheckout,
  renderCheckoutResponse,
} from '../render/checkout.ts';

const checkOutBody = createCheck(
  strictObject({
    orderIds: t.Array(uuid, { minItems: 1, maxItems: 100, documented: { uniqueItems: true } }),
    payment: strictObject({ method: text(100, 'a payment method') }),
  }),
);

export const createCheckoutCommands = ({ checkOut }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/checkouts',
    requireRole(authenticate, 'customer', async ({ caller, request, set }) => {
      const key = unwrapOrThrow(idempotencyKeyOf(request.headers));
      const body = unwrapOrThrow(await readBody(request, checkOutBody));
      const command = {
        key,
        customerId: caller.id,
        orderIds: unwrapOrThrow(distinctIds(body.orderIds)),
        method: body.payment.method,
        requestId: requestIdOf(set),
      };
      const result = await checkOut(command);
      if (result.isErr()) {
        const failure = result.error;
        if (failure.kind === 'response_dropped') return renderDropped(failure.checkout, set);
        throw httpError(failure);
      }
      const success = result.value;
      const response = unwrapOrThrow(acceptedResponse(success));
      set.status = 202;
      set.headers.location = `/checkouts/${response.checkoutId}`;
      if (success.replayed) set.headers['idempotent-replayed'] = 'true';
      return renderCheckoutResponse(response);
    }),
    operation({
      tag: 'Checkouts',
      summary: 'Pay for orders',
      description:
        'Pays for all the orders or for none. Requests with the same Idempotency-Key and body are charged once and get the same response.',
      parameters: [idempotencyKeyParameter('The audit GUID of this checkout')],
      body: { schema: checkOutBody.schema, example: samples.checkOutBody },
      responses: {
        200: {
          description:
            'The key was used so long ago that its response is no longer kept (`KEEP_ANSWERS_DAYS`). This is the checkout as it now stands; nothing was charged.',
          schema: checkoutResponseJson.ref,
          example: samples.currentCheckout,
          headers: ['location', 'idempotent-replayed'],
        },
        202: {
          description:
            'The checkout was accepted. `succeeded`: it is paid. `requires_action`: the customer must do what `action` says. `unknown`: the payment is still being confirmed. `Location` is the path of the checkout.',
          schema: checkoutResponseJson.ref,
          examples: samples.checkouts,
          headers: ['location', 'idempotent-replayed'],
        },
      },
      failures: [
        'idempotency_key_missing',
        'idempotency_key_invalid',
        'payment_declined',
        'not_found',
        'checkout_in_progress',
        'order_in_progress',
        'order_not_payable',
        'out_of_stock',
        'idempotency_key_reused',
        'mixed_currency',
        'rate_limited',
        'claim_unconfirmed',
        'payment_unavailable',
      ],
    }),
  );

/** The key is spent, whatever became of the checkout: a declined one is no refusal of this request. */
const renderDropped = (checkout: Checkout, set: { readonly headers: Record<string, string | number> }) => {
  set.headers.location = `/checkouts/${checkout.id}`;
  set.headers['idempotent-replayed'] = 'true';
  return renderCheckout(checkout, true);
};

export const createGiveUpRoute = ({ giveUpCheckout }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().delete(
    '/checkouts/:id',
    requireRole(authenticate, 'customer', async ({ caller, params }) => {
      const command = { checkoutId: unwrapOrThrow(idOf(params)), customerId: caller.id };
      return renderCheckout(unwrapOrThrow(await giveUpCheckout(command)), true);
    }),
    operation({
      tag: 'Checkouts',
      summary: 'Give up a checkout that waits for its customer',
      description:
        'Calls the payment off at the provider. The orders are pending again: pay them with a new Idempotency-Key, or cancel them. If the customer was quicker, the checkout is `succeeded`. A checkout with a final outcome stays as it is.',
      parameters: [idParameter(samples.checkout.checkoutId)],
      responses: {
        200: {
          description: 'The checkout as it is now.',
          schema: checkoutJson.ref,
          example: samples.givenUpCheckout,
        },
      },
      failures: ['not_found', 'checkout_not_cancellable', 'cancel_unavailable'],
    }),
  );

/** Returns the ids in lower case, as they are stored. Fails if one is repeated. */
const distinctIds = (ids: readonly string[]): Result<readonly string[], RequestFailure> => {
  const lower = ids.map((id) => id.toLowerCase());
  return new Set(lower).size === lower.length
    ? ok(lower)
    : err(validationFailure([{ path: '/orderIds', message: 'Expected each id only once' }]));
};

/** The response that is sent with 202. A declined or cancelled payment is a failure. */
const acceptedResponse = ({
  response,
  replayed,
}: CheckoutSuccess): Result<CheckoutSuccess['response'], RequestFailure> => {
  const { status, checkoutId, requestId, payment } = response;
  if (status !== 'declined' && status !== 'cancelled') return ok(response);
  const declineCode = status === 'cancelled' ? 'cancelled' : (payment.declineCode ?? 'declined');
  return err({ kind: 'payment_declined', declineCode, checkoutId, requestId, replayed });
};

/** The checkout, if the caller may see it. Otherwise throws as if there were none. */
export const findCheckout = async (
  { audits }: Pick<ApiDeps['store'], 'audits'>,
  id: string,
  caller: Caller,
): Promise<Checkout> => {
  const checkout = unwrapOrThrow(await audits.find(id));
  if (checkout === null || (checkout.customerId !== caller.id && !holds(caller, 'orders:read')))
    throw httpError({ kind: 'not_found' });
  return checkout;
};

/** Served in the roles `checkout` and `read`, so that a process can show the checkouts that it accepted. */
export const createCheckoutQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/checkouts/:id',
    requireOwnerOr(authenticate, 'orders:read', async ({ caller, params }) => {
      const checkout = await findCheckout(store, unwrapOrThrow(idOf(params)), caller);
      return renderCheckout(checkout, checkout.customerId === caller.id);
    }),
    operation({
      tag: 'Checkouts',
      summary: 'Get the current state of a checkout',
      parameters: [idParameter(samples.checkout.checkoutId)],
      responses: {
        200: { description: 'The checkout.', schema: checkoutJson.ref, example: samples.currentCheckout },
      },
      failures: ['not_found'],
    }),
  );
