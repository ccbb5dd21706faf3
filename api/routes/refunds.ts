import { Elysia, t } from 'elysia';
import { orderAmountMax } from '../../core/money.ts';
import { operatorRefundKey, type RefundCommand, refundStatuses } from '../../core/refund.ts';
import { createAssignRefund } from '../../core/usecases/assignRefund.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, nameMissingId, unwrapOrThrow } from '../http/failures.ts';
import { idempotencyKeyOf } from '../http/idempotencyKey.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import {
  currency,
  cursor,
  integer,
  limit,
  limitDefault,
  oneOf,
  storedId,
  strictObject,
  text,
  uuid,
} from '../http/schemas.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { idempotencyKeyParameter, idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { refundJson, refundListJson, renderRefund, renderRequestedRefund } from '../render/refund.ts';

const filters = createCheck(
  strictObject({
    orderId: t.Optional(uuid),
    status: t.Optional(oneOf(refundStatuses)),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** The id of a refund. */
const cursorKey = createCheck(storedId);

export const createRefundQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/refunds',
      requirePermission(authenticate, 'orders:read', async ({ request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.refunds.list({
          orderId: query.orderId?.toLowerCase() ?? null,
          status: query.status ?? null,
          after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderRefund);
      }),
      operation({
        tag: 'Refunds',
        summary: 'Find refunds',
        description: 'Newest first.',
        parameters: queryParameters(filters),
        responses: {
          200: { description: 'A page.', schema: refundListJson.ref, example: moneySamples.refunds },
        },
        failures: ['validation_failed'],
      }),
    )
    .get(
      '/refunds/:id',
      requirePermission(authenticate, 'orders:read', async ({ params }) => {
        const refund = unwrapOrThrow(await store.refunds.find(unwrapOrThrow(idOf(params))));
        if (refund === null) throw httpError({ kind: 'not_found' });
        return renderRefund(refund);
      }),
      operation({
        tag: 'Refunds',
        summary: 'Get the current state of a refund',
        parameters: [idParameter(moneySamples.refund.id)],
        responses: {
          200: { description: 'The refund.', schema: refundJson.ref, example: moneySamples.refund },
        },
        failures: ['not_found'],
      }),
    );

const amount = integer({ minimum: 1, maximum: orderAmountMax });

const refundBody = createCheck(
  strictObject({
    orderId: uuid,
    amount: t.Optional(
      t.Union([amount, strictObject({ amount, currency })], {
        description: `a whole number from 1 to ${orderAmountMax} in the minor unit of the order’s currency, or an amount with its currency`,
      }),
    ),
    reason: text(500, 'a reason'),
    restock: t.Optional(
      t.Boolean({
        description:
          'true: the goods have come back, so they are put back into stock. false: they are not. Without it, they are put back if they have not left the shop. It counts for the refund after which nothing of the order stays paid.',
      }),
    ),
  }),
);

export const createRefundCommands = ({ requestRefund, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/refunds',
    requirePermission(authenticate, 'refunds:write', async ({ caller, request, set }) => {
      const key = operatorRefundKey(caller.id, unwrapOrThrow(idempotencyKeyOf(request.headers)));
      const { orderId, amount, reason, restock = null } = unwrapOrThrow(await readBody(request, refundBody));
      const command = {
        key,
        orderId: orderId.toLowerCase(),
        amount: amountOf(amount),
        origin: 'operator',
        reason,
        restock,
        command: operatorCommand(world, caller, set),
      } as const;
      const { refund, replayed } = unwrapOrThrow(
        nameMissingId(await requestRefund(command), 'orderId', orderId),
      );
      set.status = 202;
      set.headers.location = `/refunds/${refund.id}`;
      if (replayed) set.headers['idempotent-replayed'] = 'true';
      return renderRequestedRefund(refund);
    }),
    operation({
      tag: 'Refunds',
      summary: 'Request a refund',
      description:
        'Refunds the given amount of an order. Without an amount, it refunds all that has not been refunded yet. Requests with the same Idempotency-Key and body are refunded once and get the same response.',
      parameters: [idempotencyKeyParameter('Identifies this refund')],
      body: { schema: refundBody.schema, example: moneySamples.refundBody },
      responses: {
        202: {
          description: 'The refund is stored, and a worker will carry it out. `Location` is its path.',
          schema: refundJson.ref,
          example: moneySamples.requestedRefund,
          headers: ['location', 'idempotent-replayed'],
        },
      },
      failures: [
        'idempotency_key_missing',
        'idempotency_key_invalid',
        'id_not_found',
        'order_not_refundable',
        'refund_too_large',
        'payment_disputed',
        'idempotency_key_reused',
        'mixed_currency',
      ],
    }),
  );

const assignmentBody = createCheck(strictObject({ orderId: uuid }));

export const createRefundAssignment = ({ store, world }: ApiDeps, authenticate: Authenticate) => {
  const assignRefund = createAssignRefund({ refunds: store.refunds, world });
  return new Elysia().post(
    '/refunds/:id/assignment',
    requirePermission(authenticate, 'refunds:write', async ({ caller, params, request, set }) => {
      const refundId = unwrapOrThrow(idOf(params));
      const { orderId } = unwrapOrThrow(await readBody(request, assignmentBody));
      const assigned = await assignRefund({
        refundId,
        orderId: orderId.toLowerCase(),
        command: operatorCommand(world, caller, set),
      });
      return renderRefund(unwrapOrThrow(assigned));
    }),
    operation({
      tag: 'Refunds',
      summary: 'Assign a refund that was made at the provider to an order',
      description:
        'The provider does not say which order a refund of part of a charge of several orders belongs to. Until an operator assigns it, it is a case of `/money/refunds_unassigned` and lowers what can be refunded. What does not fit into the order stays a refund without an order. The same assignment again changes nothing.',
      parameters: [idParameter(moneySamples.refund.id)],
      body: { schema: assignmentBody.schema, example: { orderId: moneySamples.refundBody.orderId } },
      responses: {
        200: { description: 'The refund.', schema: refundJson.ref, example: moneySamples.assignedRefund },
      },
      failures: ['not_found', 'order_not_refundable', 'refund_too_large'],
    }),
  );
};

type AmountInput = number | { readonly amount: number; readonly currency: string } | undefined;

const amountOf = (amount: AmountInput): RefundCommand['amount'] => {
  if (amount === undefined) return null;
  return typeof amount === 'number' ? { amount, currency: null } : amount;
};
