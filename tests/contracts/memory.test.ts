import { createMemoryStoreOver } from '../model/store.ts';
import { emptyTables, rowOf } from '../model/tables.ts';
import { testWorld } from '../world.ts';
import { storeContract } from './all.ts';

storeContract('memory', async () => {
  const world = testWorld();
  const tables = emptyTables();
  const store = createMemoryStoreOver(tables, world);
  const plant = {
    paymentSucceeded: async (id: string) => {
      const row = rowOf(tables.payments, id);
      tables.payments.set(id, { ...row, payment: { ...row.payment, status: 'succeeded' } });
    },
    taskLost: async (id: string) => {
      tables.tasks.delete(id);
    },
    // Nothing is counted here but the history itself.
    seqOf: async (id: string) => {
      const { orderId } = rowOf(tables.tasks, id);
      return orderId === null ? 0 : rowOf(tables.histories, orderId).length;
    },
  };
  return { store, world, plant, close: store.close };
});
