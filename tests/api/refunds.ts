import { expectStatus } from './reply.ts';
import type { Api } from './testApi.ts';

/** Pays an order of 199,000 ₫ and returns its id. */
export const pay = async ({ customer, product }: Api): Promise<string> => {
  const lan = customer('lan');
  const orderId = await lan.order(await product());
  expectStatus(await lan.checkOut([orderId]), 202);
  return orderId;
};

export const requestRefund = (
  { operator }: Api,
  body: Readonly<Record<string, unknown>>,
  key: string = crypto.randomUUID(),
) => operator.post('/refunds', { reason: 'It was damaged', ...body }, { 'idempotency-key': key });

export const dong = (amount: number) => ({ amount, currency: 'VND' });
