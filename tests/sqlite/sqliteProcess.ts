import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { openClient } from '../../adapters/sqlite/connection.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createSystemWorld } from '../../adapters/system/system.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';

/**
 * One of several processes on one SQLite file. Each line of its input is a command and its argument, so that a test can
 * start a command in all processes at the same time. It writes the result of each command as one line of JSON.
 */
const [, , path = ''] = process.argv;

const open = async () => {
  const clock = createTestWorld().clock;
  const store = await openSqliteStore({ ...createSystemWorld(), clock }, { path });
  // System ids, because the ids of a test world are the same in every process.
  return {
    store,
    fixture: createFixture(store, { ...createTestWorld(), ids: createSystemWorld().ids, clock }),
  };
};

type Opened = Awaited<ReturnType<typeof open>>;

const commands: Readonly<Record<string, (opened: Opened, argument: string) => Promise<unknown>>> = {
  secret: async ({ store }, name) => (await store.secret(name, String(process.pid)))._unsafeUnwrap(),

  claim: async ({ fixture }, pipeline) => {
    const taskIds: string[] = [];
    for (;;) {
      const { processed, leases } = await fixture.claimTasks(pipeline, { limit: 3 });
      if (processed === 0) return taskIds;
      taskIds.push(...leases.map(({ taskId }) => taskId));
    }
  },

  /** Opens a hundred files one after another. The other processes open the same files. */
  openNew: async (_, folder) => {
    for (let file = 0; file < 100; file++) openClient({ path: join(folder, `${file}.db`) }).close();
    return 'opened';
  },

  /** Requests twenty refunds of 100 VND of an order. Returns the ids of those that were accepted. */
  refund: async ({ store, fixture }, orderId) => {
    const refundIds: string[] = [];
    for (let count = 0; count < 20; count++) {
      const command = fixture.refundCommand(orderId, { amount: { amount: 100, currency: null } });
      const result = await store.refunds.request(command, fixture.now());
      if (result.isOk()) refundIds.push(result.value.refund.id);
    }
    return refundIds;
  },
};

// The first command opens the file.
let opened: Opened | undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const [command = '', argument = ''] = line.split(' ');
  opened ??= await open();
  console.log(JSON.stringify(await commands[command]?.(opened, argument)));
}
await opened?.store.close();
