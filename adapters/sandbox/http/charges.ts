import { listCharges, type Span } from '../lists.ts';
import { chargeObject } from '../objects.ts';
import type { Asked } from './api.ts';
import { type Form, wholeOf } from './form.ts';
import { answer, internal, type WireAnswer } from './responses.ts';

export const listedCharges = async ({ engine, form }: Asked): Promise<WireAnswer> => {
  const page = await listCharges(engine, spanOf(form));
  if (page.isErr()) return internal();
  const data = page.value.rows.map(({ intent, id, createdAtMs }) => chargeObject(intent, id, createdAtMs));
  return answer({ object: 'list', data, has_more: page.value.hasMore, url: '/v1/charges' });
};

/** Of a list by time. Far past and far ahead are where nothing is said; Stripe counts in seconds. */
export const spanOf = (form: Form): Span => ({
  fromMs: (wholeOf(form, 'created[gte]') ?? 0) * 1000,
  toMs: (wholeOf(form, 'created[lt]') ?? 253_402_300_800) * 1000,
  after: form.get('starting_after') ?? null,
  limit: Math.min(wholeOf(form, 'limit') ?? 10, 100),
});
