import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { openClient } from '../../adapters/sqlite/connection.ts';
import { sqliteStore } from '../../adapters/sqlite/store.ts';
import { systemWorld } from '../../adapters/system/system.ts';
import { shopOver } from '../contracts/shop.ts';
import { testWorld } from '../world.ts';

/**
 * A process of its own beside others on one file. A line of its input is a deed and what it is done to, so that
 * all can begin it at once; it answers each with what it did, as one line of JSON.
 */
const [, , path = ''] = process.argv;

const open = async () => {
  const clock = testWorld().clock;
  const store = await sqliteStore({ ...systemWorld(), clock }, { path });
  // Ids of the system's: those of a test's world are the same in each process.
  return { store, shop: shopOver(store, { ...testWorld(), ids: systemWorld().ids, clock }) };
};

type Opened = Awaited<ReturnType<typeof open>>;

const deeds: Readonly<Record<string, (opened: Opened, subject: string) => Promise<unknown>>> = {
  secret: async ({ store }, name) => (await store.secret(name, String(process.pid)))._unsafeUnwrap(),

  take: async ({ shop }, pipeline) => {
    const taken: string[] = [];
    for (;;) {
      const { touched, leases } = await shop.take(pipeline, { limit: 3 });
      if (touched === 0) return taken;
      taken.push(...leases.map(({ taskId }) => taskId));
    }
  },

  /** Opens a hundred files, one after the other, which the others open as well. */
  openNew: async (_, folder) => {
    for (let file = 0; file < 100; file++) openClient({ path: join(folder, `${file}.db`) }).close();
    return 'opened';
  },

  /** Asks twenty times for 100 VND of an order, and answers what was granted. */
  refund: async ({ store, shop }, orderId) => {
    const granted: string[] = [];
    for (let asked = 0; asked < 20; asked++) {
      const command = shop.command(orderId, { amount: { amount: 100, currency: null } });
      const answer = await store.refunds.request(command, shop.now());
      if (answer.isOk()) granted.push(answer.value.refund.id);
    }
    return granted;
  },
};

// The file is opened with the first deed.
let opened: Opened | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const [deed = '', subject = ''] = line.split(' ');
  opened ??= await open();
  console.log(JSON.stringify(await deeds[deed]?.(opened, subject)));
}
await opened?.store.close();
