import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import type { EventFailure } from '../../core/provider.ts';
import type { ApiDeps } from '../deps.ts';
import { readBytes } from '../http/body.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { requestIdOf } from '../http/requestId.ts';
import { strictObject } from '../http/schemas.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { operation } from '../openapi/operation.ts';

/**
 * Receives events of the payment provider. It needs no token, because the provider signs each event. The event
 * is only stored here and a worker handles it later, so that the provider does not wait for our work.
 */
export const createWebhookRoute = ({ providerName, receiveEvent, countedLog, clientOf }: ApiDeps) =>
  new Elysia().post(
    `/webhooks/${providerName}`,
    async ({ request, set }) => {
      const body = decode(unwrapOrThrow(await readBytes(request)));
      const header = (name: string) => request.headers.get(name);
      const received = body.isErr() ? err(body.error) : await receiveEvent({ body: body.value, header });
      // A wrong webhook secret in our own settings looks the same, and only this log line shows it.
      if (received.isErr() && received.error.kind === 'signature_invalid')
        countedLog.warn('event refused', {
          requestId: requestIdOf(set),
          client: clientOf(request),
          reason: received.error.reason,
        });
      unwrapOrThrow(received);
      return { received: true };
    },
    operation({
      tag: 'Webhooks',
      summary: 'Receive an event of the payment provider',
      description:
        'Only for the payment provider. The signature replaces the token. Events may arrive twice, late and in any order.',
      open: true,
      body: { schema: event, example: moneySamples.event, raw: true },
      responses: {
        200: {
          description:
            'The event is stored, by this request or an earlier one. The provider should send it again after any other response.',
          schema: strictObject({ received: t.Literal(true) }),
          example: { received: true },
        },
      },
      failures: ['signature_invalid', 'unavailable'],
    }),
  );

const event = t.Object(
  {},
  { additionalProperties: true, description: 'An event in the format of the provider.' },
);

// A byte order mark is kept, because the signature covers it.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decode = (bytes: Uint8Array): Result<string, EventFailure> => {
  try {
    return ok(decoder.decode(bytes));
  } catch {
    return err({ kind: 'signature_invalid', reason: 'the body is not UTF-8' });
  }
};
