import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck } from '../http/check.ts';
import { emailField, readEmailField } from '../http/emailAddress.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { requirePermission } from '../http/requireRole.ts';
import { id, integer, strictObject } from '../http/schemas.ts';
import { idParameter, operation } from '../openapi/operation.ts';
import { queueSamples } from '../openapi/queueSamples.ts';
import { samples } from '../openapi/samples.ts';

const body = createCheck(strictObject({ email: emailField, resend: t.Optional(t.Boolean()) }));

const mails = (description: string) =>
  t.Number({ ...integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), description });

const correctedJson = strictObject({
  email: t.String({ format: 'email', description: 'The address that mails go to from now on.' }),
  orderIds: t.Array(id, {
    description: 'The orders that it is the address of: those of the group, because they have one mail.',
  }),
  retried: mails('Mails that had failed, waited or were being sent, and are tried now with the address.'),
  resent: mails('Mails that are sent again, each as a new mail.'),
});

/** Corrects the address of a customer. */
export const createContactCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/orders/:id/contact',
    requirePermission(authenticate, 'customers:write', async ({ caller, params, request, set }) => {
      const orderId = unwrapOrThrow(idOf(params));
      const { email: sent, resend = false } = unwrapOrThrow(await readBody(request, body));
      const email = unwrapOrThrow(readEmailField(sent));
      const nowMs = world.clock.nowMs();
      const correction = {
        orderId,
        email,
        resend,
        createId: () => world.ids.next(nowMs),
        traceparent: world.traceparent(),
      };
      const corrected = unwrapOrThrow(
        await store.contacts.correct(correction, nowMs, operatorCommand(world, caller, set)),
      );
      const { orderIds, retried, resent } = corrected;
      if (retried + resent > 0) store.wakeup.notify();
      return { email, orderIds: [...orderIds], retried, resent };
    }),
    operation({
      tag: 'Orders',
      summary: 'Correct the address of an order',
      description:
        'For the mails of the order and of the others of its group: the orders of its checkout that have its type, which have one mail together. Mails that were not sent yet go to the corrected address. One that failed or waits is tried now, and one that is being sent to the old address is sent to the new one. With `resend`, what was sent is sent again, each time as a new mail with a `Message-ID` of its own: the mail of the group, and those about refunds. Invoices stay as they were issued.',
      parameters: [idParameter(samples.orderId)],
      body: { schema: body.schema, example: queueSamples.contactBody },
      responses: {
        200: {
          description: 'Which orders have the address now, and what became of their mails.',
          schema: correctedJson,
          example: queueSamples.corrected,
        },
      },
      failures: ['not_found'],
    }),
  );
