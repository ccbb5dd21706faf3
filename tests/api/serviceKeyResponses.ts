import { textAt } from './reply.ts';
import type { Api } from './testApi.ts';

/** A body of `POST /keys`. */
export const serviceKeyBody = {
  name: 'Nightly report',
  permissions: ['orders:read'],
  expiresAt: '2099-01-01T00:00:00Z',
};

/** Requests about service keys that succeed and that fail. */
export const requestServiceKeys = async ({ as }: Api): Promise<void> => {
  const root = as('root', 'customer', 'operator');
  const key = { 'idempotency-key': '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01' };
  const created = await root.post('/keys', serviceKeyBody, key);
  await root.post('/keys', { ...serviceKeyBody, name: 'Another' }, key);
  await root.post('/keys', serviceKeyBody, { 'idempotency-key': 'not a UUID' });
  await root.get('/keys');
  await root.get('/keys?colour=red');
  await root.remove(`/keys/${textAt(created, 'id')}`);
  await root.remove('/keys/x');
};
