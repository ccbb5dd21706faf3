import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { systemWorld } from '../../adapters/world.ts';
import { shopOver } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';

/**
 * A process of its own beside others on one file. It waits for its input to end, so that all begin at once,
 * and writes what it did as one line of JSON.
 */
const [, , deed, path = ''] = process.argv;
for await (const _ of process.stdin);

const clock = testWorld().clock;
const store = await sqliteStore({ ...systemWorld(), clock }, { path });
const { take } = shopOver(store, { ...testWorld(), clock });

const deeds: Readonly<Record<string, () => Promise<unknown>>> = {
  open: async () => (await store.secret('name', String(process.pid)))._unsafeUnwrap(),

  take: async () => {
    const taken: string[] = [];
    for (;;) {
      const { touched, leases } = await take('service', { limit: 3 });
      if (touched === 0) return taken;
      taken.push(...leases.map(({ taskId }) => taskId));
    }
  },
};

console.log(JSON.stringify(await deeds[deed ?? '']?.()));
await store.close();
