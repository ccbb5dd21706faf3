import { listCharges, type TimeRange } from '../lists.ts';
import { chargeObject } from '../objects.ts';
import type { StripeRequest } from './api.ts';
import { type Form, integerOf } from './form.ts';
import { createResponse, type HttpResponse, internal } from './responses.ts';

export const listedCharges = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const page = await listCharges(engine, spanOf(form));
  if (page.isErr()) return internal();
  const data = page.value.rows.map(({ intent, id, createdAtMs }) => chargeObject(intent, id, createdAtMs));
  return createResponse({ object: 'list', data, has_more: page.value.hasMore, url: '/v1/charges' });
};

/** Of a list by time. Far past and far ahead are where nothing is said; Stripe counts in seconds. */
export const spanOf = (form: Form): TimeRange => ({
  fromMs: (integerOf(form, 'created[gte]') ?? 0) * 1000,
  toMs: (integerOf(form, 'created[lt]') ?? 253_402_300_800) * 1000,
  after: form.get('starting_after') ?? null,
  limit: Math.min(integerOf(form, 'limit') ?? 10, 100),
});
