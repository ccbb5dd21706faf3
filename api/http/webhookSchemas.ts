import { Buffer } from 'node:buffer';
import { t } from 'elysia';
import { FormatRegistry } from 'elysia/type-system';
import { eventTypes } from '../../core/event.ts';
import type { Random } from '../../core/world.ts';
import { oneOf, strictObject } from './schemas.ts';

/** The fields of webhook endpoints in requests. */

const urlLengthMax = 2_048;

/** Only the form. Whether events are sent there is decided where they are sent. */
const isUrl = (text: string): boolean =>
  text.length <= urlLengthMax && /^[^\s\p{C}]+$/u.test(text) && URL.parse(text) !== null;

FormatRegistry.Set('webhook-url', isUrl);

const url = t.String({
  format: 'webhook-url',
  documented: { format: 'uri', maxLength: urlLengthMax },
  description: `a URL of up to ${urlLengthMax} characters, without blanks`,
});

const events = t.Array(oneOf(eventTypes), {
  minItems: 1,
  maxItems: eventTypes.length,
  documented: { uniqueItems: true },
});

export const newEndpoint = strictObject({ url, events });

export const endpointChange = t.Object(
  {
    url: t.Optional(url),
    events: t.Optional(events),
    paused: t.Optional(t.Boolean()),
    secret: t.Optional(t.Literal('rotate', { description: '"rotate", for a new secret' })),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** As Standard Webhooks write it. */
export const createWebhookSecret = (random: Random): string =>
  `whsec_${Buffer.from(random.bytes(32)).toString('base64')}`;
