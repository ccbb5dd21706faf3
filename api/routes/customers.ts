import { Elysia } from 'elysia';
import { createEraseCustomer } from '../../core/usecases/eraseCustomer.ts';
import { type ExportedPart, ExportUnavailable, exportCustomer } from '../../core/usecases/exportCustomer.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { createCheck } from '../http/check.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { requirePermission } from '../http/requireRole.ts';
import { text } from '../http/schemas.ts';
import { customerSamples } from '../openapi/customerSamples.ts';
import { operation } from '../openapi/operation.ts';
import { renderActivity } from '../render/activity.ts';
import { timeOf } from '../render/component.ts';
import { customerExportJson, renderExportedMail, renderExportedOrder } from '../render/customerExport.ts';
import { renderServiceKey } from '../render/serviceKey.ts';

const customerId = createCheck(text(255, 'a customer id'));

const customerParameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The `sub` of the customer’s tokens, encoded for a URL.',
  schema: customerId.schema,
  example: customerSamples.customerId,
} as const;

/** The router passes undefined if it cannot decode the path. */
const customerOf = ({ id = '' }: { readonly id?: string | undefined }): string => {
  const checked = customerId.read(id);
  if (checked.isErr()) throw httpError({ kind: 'not_found' });
  return checked.value;
};

export const createCustomerCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) => {
  const erase = createEraseCustomer({ store, world });
  return new Elysia().delete(
    '/customers/:id',
    requirePermission(authenticate, 'customers:write', async ({ caller, params, set }) => {
      unwrapOrThrow(await erase(customerOf(params), operatorCommand(world, caller, set)));
      return new Response(null, { status: 204 });
    }),
    operation({
      tag: 'Customers',
      summary: 'Erase a customer',
      description:
        'Takes what names the customer out of the shop: the address and language of their orders, the address on their invoices, captured mails, requests to carriers, and the address in notes and errors. Pending orders are cancelled, paid ones go on, and mails that were not sent are skipped. Orders, payments, refunds and invoices stay, and name the customer by their id alone. A customer of whom nothing is held is erased too, so the request can be sent again.',
      parameters: [customerParameter],
      responses: { 204: { description: 'Nothing names the customer any more.' } },
      failures: ['not_found', 'order_in_progress'],
    }),
  );
};

export const createCustomerQueries = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/customers/:id/export',
    requirePermission(authenticate, 'customers:write', async ({ params, request }) => {
      const id = customerOf(params);
      const headers = {
        'content-type': 'application/json',
        'content-disposition': 'attachment; filename="customer.json"',
      };
      if (request.method === 'HEAD') return new Response(null, { headers });
      const nowMs = world.clock.nowMs();
      const chunks = writeExport(id, nowMs, exportCustomer(store, id, world));
      // Read before the answer begins, so that an outage is a problem response. A later one breaks the answer off.
      const first = await firstOf(chunks);
      return new Response(streamOf(first, chunks), { headers });
    }),
    operation({
      tag: 'Customers',
      summary: 'Export what the shop holds of a person',
      description:
        'Orders with their contact, payment, refunds, timeline and invoice; captured mails; and what the person did as an operator. It is sent while it is read, so an answer that breaks off is not whole.',
      parameters: [customerParameter],
      responses: {
        200: {
          description: 'Everything held. Nothing is held of a customer who is not known.',
          schema: customerExportJson.ref,
          example: customerSamples.exported,
          headers: ['content-disposition'],
        },
      },
      failures: ['not_found'],
    }),
  );

/** The lists of an export, in the order of its parts. */
const lists = ['orders', 'mails', 'commands', 'keys'] as const;

const listOf: Readonly<Record<ExportedPart['kind'], (typeof lists)[number]>> = {
  order: 'orders',
  mail: 'mails',
  command: 'commands',
  key: 'keys',
};

const render = (part: ExportedPart): object => {
  switch (part.kind) {
    case 'order':
      return renderExportedOrder(part);
    case 'mail':
      return renderExportedMail(part.mail);
    case 'command':
      return renderActivity(part.command);
    case 'key':
      return renderServiceKey(part.key);
  }
};

/** The JSON of an export, a piece for each part. */
async function* writeExport(
  id: string,
  nowMs: number,
  parts: AsyncIterable<ExportedPart>,
): AsyncGenerator<string, void> {
  let begun = 0;
  let unsent = `{"customerId":${JSON.stringify(id)},"exportedAt":"${timeOf(nowMs)}","orders":[`;
  const goTo = (index: number): void => {
    for (; begun < index; begun++) unsent += `],"${lists[begun + 1]}":[`;
  };
  let last: number | null = null;
  for await (const part of parts) {
    const index = lists.indexOf(listOf[part.kind]);
    goTo(index);
    yield `${unsent}${last === index ? ',' : ''}${JSON.stringify(render(part))}`;
    unsent = '';
    last = index;
  }
  goTo(lists.length - 1);
  yield `${unsent}]}`;
}

const firstOf = async (chunks: AsyncGenerator<string, void>): Promise<string> => {
  try {
    const first = await chunks.next();
    return first.done === true ? '' : first.value;
  } catch (cause) {
    throw cause instanceof ExportUnavailable ? httpError(cause.failure) : cause;
  }
};

/** Reads on only when the client has taken what was sent. */
const streamOf = (
  first: string,
  chunks: AsyncGenerator<string, void>,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start: (controller) => controller.enqueue(encoder.encode(first)),
    pull: async (controller) => {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    cancel: async () => {
      await chunks.return();
    },
  });
};
