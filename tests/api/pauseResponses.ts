import { textAt } from './reply.ts';
import type { Api } from './testApi.ts';

/** A body of `POST /queue/pauses`. */
export const pauseBody = { pipeline: 'physical', step: 'request_shipment', reason: 'The carrier moves' };

/** Requests about pauses that succeed and that fail. */
export const requestPauses = async ({ as }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  const key = { 'idempotency-key': '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e02' };
  const created = await root.post('/queue/pauses', pauseBody, key);
  await root.post('/queue/pauses', { ...pauseBody, reason: 'Another' }, key);
  await root.post('/queue/pauses', pauseBody, { 'idempotency-key': 'not a UUID' });
  await root.post('/queue/pauses', { ...pauseBody, step: 'dance' });
  await root.get('/queue');
  await root.remove(`/queue/pauses/${textAt(created, 'id')}`);
  await root.remove('/queue/pauses/x');
};
