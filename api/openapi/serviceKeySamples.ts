import { listOf, samples } from './samples.ts';

/** The document's examples of service keys. */
const newKey = {
  id: '01980a53-1b00-7e11-9c2d-4a5b6c7d8e90',
  name: 'Nightly report',
  permissions: ['orders:read', 'money:read'],
  createdBy: { id: 'operator-1', email: 'operator-1@example.com' },
  createdAt: samples.at,
  expiresAt: '2027-03-01T08:00:00.000Z',
  lastUsedAt: null,
};

export const serviceKeySamples = {
  body: { name: newKey.name, permissions: newKey.permissions, expiresAt: newKey.expiresAt },
  created: { ...newKey, key: 'cwk_kX3m0Zc7dQ9vYt2LwR5sH8bN1fGjUaEoPi4rTzVyBnM' },
  list: listOf({ ...newKey, lastUsedAt: '2026-03-02T01:30:00.000Z' }),
} as const;
