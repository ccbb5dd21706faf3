import type { Replica } from '../../core/replica.ts';
import type { World } from '../../core/world.ts';
import type { ConnectionOptions } from './connection.ts';
import { orUnavailable } from './failures.ts';
import { openPools } from './pools.ts';
import { readStatus } from './replication.ts';
import { checkReadable, createStoreOver, type StoreOptions } from './store.ts';

type ReplicaOptions = Pick<ConnectionOptions, 'url' | 'poolSize' | 'slow' | 'pooling'> & StoreOptions;

/**
 * A replica, which may be away: nothing is asked of it yet, and each connection is opened when it is first needed. What
 * a start asks of a database is asked with its first status, and again after each outage.
 */
export const openReplica = (world: World, options: ReplicaOptions): Replica & { close(): Promise<void> } => {
  const { close, ...pools } = openPools(options);
  let isChecked = false;
  return {
    store: { ...createStoreOver(pools, world, { ...options, readOnly: true }), close },
    status: async () => {
      if (!isChecked) {
        const checked = await orUnavailable(() => checkReadable(pools.probe));
        if (checked.isErr()) return checked.map(() => ({ isStandby: false, replayed: 0 }));
        isChecked = true;
      }
      const status = await readStatus(pools.probe);
      if (status.isErr()) isChecked = false;
      return status;
    },
    close,
  };
};
