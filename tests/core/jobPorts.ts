import { ok } from 'neverthrow';
import type { Store } from '../../core/store.ts';
import type { JobPorts } from '../../core/usecases/runJob.ts';
import type { World } from '../../core/world.ts';
import { unreachableProvider } from './providers.ts';

/** What jobs need, over this store: their services do nothing, and the provider is not reached. */
export const createJobPorts = (store: Store, world: World): Omit<JobPorts, 'mailer'> => ({
  ...store,
  provider: unreachableProvider,
  actOnEvent: async () => ok(true),
  followCharge: async () => ok(true),
  followOpenDisputes: async () => ok(undefined),
  reconcileLedger: async () => ok({ charges: 2, refunds: 1, differences: 0, storedDifferences: [] }),
  world,
});
