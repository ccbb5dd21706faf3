import { readCharges, type TimeRange } from '../lists.ts';
import { chargeObject } from '../objects.ts';
import { type Form, integerOf } from './form.ts';
import type { StripeRequest } from './request.ts';
import { type HttpResponse, internalError, jsonResponse } from './responses.ts';

export const listCharges = async ({ engine, form }: StripeRequest): Promise<HttpResponse> => {
  const page = await readCharges(engine, timeRangeOf(form));
  if (page.isErr()) return internalError();
  const data = page.value.rows.map(({ intent, id, createdAtMs }) => chargeObject(intent, id, createdAtMs));
  return jsonResponse({ object: 'list', data, has_more: page.value.hasMore, url: '/v1/charges' });
};

/**
 * The time range of a list. Stripe counts in seconds. Without bounds it reaches from 1970 to the year 10000.
 */
export const timeRangeOf = (form: Form): TimeRange => ({
  fromMs: (integerOf(form, 'created[gte]') ?? 0) * 1000,
  toMs: (integerOf(form, 'created[lt]') ?? 253_402_300_800) * 1000,
  after: form.get('starting_after') ?? null,
  limit: Math.min(integerOf(form, 'limit') ?? 10, 100),
});
