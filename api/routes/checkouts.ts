import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import type { CheckoutSuccess } from '../../core/usecases/checkOut.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck, invalid } from '../http/check.ts';
import { httpError, type RequestFailure, unwrapOrThrow } from '../http/failures.ts';
import { idempotencyKeyOf } from '../http/idempotencyKey.ts';
import { idOf } from '../http/path.ts';
import { requestIdOf } from '../http/requestId.ts';
import { isOperator, requireRole } from '../http/requireRole.ts';
import { text, uuid } from '../http/schemas.ts';
import { idempotencyKeyParameter, idParameter, operation } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import {
  checkoutAnswerJson,
  checkoutJson,
  renderCheckout,
  renderCheckoutAnswer,
} from '../render/checkout.ts';
import { exactly } from '../render/component.ts';

const paying = createCheck(
  exactly({
    orderIds: t.Array(uuid, { minItems: 1, maxItems: 100 }),
    payment: exactly({ method: text(100, 'a means of payment') }),
  }),
);

export const checkoutCommands = ({ checkOut }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/checkouts',
    requireRole(authenticate, ['customer'], async ({ caller, request, set }) => {
      const key = unwrapOrThrow(idempotencyKeyOf(request.headers));
      const body = unwrapOrThrow(await readBody(request, paying));
      const command = {
        key,
        customerId: caller.id,
        orderIds: unwrapOrThrow(distinct(body.orderIds)),
        method: body.payment.method,
        requestId: requestIdOf(set),
      };
      const success = unwrapOrThrow(await checkOut(command));
      const answer = unwrapOrThrow(accepted(success));
      set.status = 202;
      set.headers.location = `/checkouts/${answer.checkoutId}`;
      if (success.replayed) set.headers['idempotent-replayed'] = 'true';
      return renderCheckoutAnswer(answer);
    }),
    operation({
      tag: 'Checkouts',
      summary: 'Pay orders',
      description:
        'All of them or none. However often the same request is sent under one Idempotency-Key, it is charged once, and answered the same again.',
      parameters: [idempotencyKeyParameter('The audit GUID, which names this checkout')],
      body: { schema: paying.schema, example: samples.paying },
      responses: {
        202: {
          description:
            'Paid; or, with the status `requires_action`, waiting for the customer to do what `action` says; or, with `unknown`, still being confirmed. `Location` tells what came of it.',
          schema: checkoutAnswerJson.ref,
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
        'payment_unavailable',
      ],
    }),
  );

/** The ids in the form that they are stored in. */
const distinct = (ids: readonly string[]): Result<readonly string[], RequestFailure> => {
  const lower = ids.map((id) => id.toLowerCase());
  return new Set(lower).size === lower.length
    ? ok(lower)
    : err(invalid([{ path: '/orderIds', message: 'Expected no id twice' }]));
};

/** What is answered with 202; a payment that did not happen is a problem. */
const accepted = ({
  response: answer,
  replayed,
}: CheckoutSuccess): Result<CheckoutSuccess['response'], RequestFailure> => {
  const { status, checkoutId, requestId, payment } = answer;
  if (status !== 'declined' && status !== 'cancelled') return ok(answer);
  const declineCode = status === 'cancelled' ? 'cancelled' : (payment.declineCode ?? 'declined');
  return err({ kind: 'payment_declined', declineCode, checkoutId, requestId, replayed });
};

/** Of both the commands' role and the queries': whoever took a checkout in also says what came of it. */
export const checkoutQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/checkouts/:id',
    requireRole(authenticate, ['customer', 'operator'], async ({ caller, params }) => {
      const checkout = unwrapOrThrow(await store.audits.find(unwrapOrThrow(idOf(params))));
      if (checkout === null || (checkout.customerId !== caller.id && !isOperator(caller)))
        throw httpError({ kind: 'not_found' });
      return renderCheckout(checkout, checkout.customerId === caller.id);
    }),
    operation({
      tag: 'Checkouts',
      summary: 'A checkout as it now stands',
      parameters: [idParameter(samples.checkout.checkoutId)],
      responses: {
        200: { description: 'The checkout.', schema: checkoutJson.ref, example: samples.checkoutNow },
      },
      failures: ['not_found'],
    }),
  );
