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
// Ids of the system's: those of a test's world are the same in each process.
const shop = shopOver(store, { ...testWorld(), ids: systemWorld().ids, clock });
const { take } = shop;

const anyOrder = {
  search: null,
  status: null,
  type: null,
  fromMs: null,
  toMs: null,
  customerId: null,
  after: null,
};

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

  /** Asks twenty times for a tenth of the only order, and answers what was granted. */
  refund: async () => {
    const granted: string[] = [];
    const [order] = (await store.orders.list({ ...anyOrder, limit: 1 }))._unsafeUnwrap().items;
    for (let asked = 0; asked < 20; asked++) {
      const tenth = { amount: (order?.total.amount ?? 0) / 10, currency: null };
      const answer = await store.refunds.request(
        shop.command(order?.id ?? '', { amount: tenth }),
        shop.now(),
      );
      if (answer.isOk()) granted.push(answer.value.refund.id);
    }
    return granted;
  },
};

console.log(JSON.stringify(await deeds[deed ?? '']?.()));
await store.close();
