import { keptContents } from '../../core/mail.ts';
import { createMemoryStoreOver } from '../model/store.ts';
import { createTables, rowOf } from '../model/tables.ts';
import { createTestWorld } from '../world.ts';
import { storeContract } from './storeContract.ts';

storeContract('memory', async () => {
  const world = createTestWorld();
  const tables = createTables();
  const store = createMemoryStoreOver(tables, world);
  const backdoor = {
    markPaymentSucceeded: async (id: string) => {
      const row = rowOf(tables.payments, id);
      tables.payments.set(id, { ...row, payment: { ...row.payment, status: 'succeeded' } });
    },
    deleteTask: async (id: string) => {
      tables.tasks.delete(id);
    },
    // The memory store has no separate count: it uses the length of the history.
    historySeqsOf: async (id: string) => {
      const { orderIds } = rowOf(tables.tasks, id);
      return orderIds.map((orderId) => rowOf(tables.histories, orderId).length);
    },
    storedRequests: async () =>
      [...tables.stepLedger.values(), ...tables.invoiceRequests.values()].flatMap(({ body }) => body ?? []),
    setHeld: async (id: string, held: number) => {
      tables.orders.set(id, { ...rowOf(tables.orders, id), held });
    },
    setUnits: async (id: string, units: number) => {
      tables.stocks.set(id, { ...rowOf(tables.stocks, id), units });
    },
    attachedBytes: async (id: string) => Buffer.concat(keptContents(rowOf(tables.mails, id).attachments)),
    allTexts: async () =>
      Object.entries(tables).flatMap(([name, rows]) =>
        [...rows.values()].map((row) => `${name}: ${JSON.stringify(row)}`),
      ),
  };
  return { store, world, backdoor, close: store.close };
});
