import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import type { EventFailure } from '../../core/provider.ts';
import type { ApiDeps } from '../deps.ts';
import { readBytes } from '../http/body.ts';
import { unwrapOrThrow } from '../http/failures.ts';
import { requestIdOf } from '../http/requestId.ts';
import { moneySamples } from '../openapi/moneySamples.ts';
import { operation } from '../openapi/operation.ts';
import { exactly } from '../render/component.ts';

/**
 * Where the payment provider tells what happened, open to anyone: an event is believed for its signature. It
 * is stored, and acted on later by a worker, so that the provider never waits for our work.
 */
export const webhooks = ({ providerName, receiveEvent, log }: ApiDeps) =>
  new Elysia().post(
    `/webhooks/${providerName}`,
    async ({ request, set }) => {
      const body = decode(unwrapOrThrow(await readBytes(request)));
      const header = (name: string) => request.headers.get(name);
      const received = body.isErr() ? err(body.error) : await receiveEvent({ body: body.value, header });
      // A wrong secret of ours looks like this, too, and nobody else would tell us of it.
      if (received.isErr() && received.error.kind === 'signature_invalid')
        log.warn('event refused', { requestId: requestIdOf(set), reason: received.error.reason });
      unwrapOrThrow(received);
      return { received: true };
    },
    operation({
      tag: 'Webhooks',
      summary: 'Tell what happened at the payment provider',
      description:
        'For the provider, whose signature stands for a token. An event may come twice, late and in any order.',
      open: true,
      body: { schema: event, example: moneySamples.event, raw: true },
      responses: {
        200: {
          description: 'It is stored, now or before. Anything else is a reason to send it again.',
          schema: exactly({ received: t.Literal(true) }),
          example: { received: true },
        },
      },
      failures: ['signature_invalid', 'unavailable'],
    }),
  );

const event = t.Object({}, { description: 'In the provider’s own form.' });

// A mark at its beginning is a part of what was signed.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const decode = (bytes: Uint8Array): Result<string, EventFailure> => {
  try {
    return ok(decoder.decode(bytes));
  } catch {
    return err({ kind: 'signature_invalid', reason: 'the body is not UTF-8' });
  }
};
