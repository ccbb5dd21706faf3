import { expect, test } from 'bun:test';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { createEraseCustomer } from '../../core/usecases/eraseCustomer.ts';
import { createFixture, defined, unwrap } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { withTestFolder } from './harness.ts';

const email = 'lan.ohara@example.com';
const customerId = 'lan-1';

/** The files of the database whose bytes have the address. */
const filesWithAddress = (path: string): readonly string[] =>
  ['', '-wal', '-shm'].filter((end) => existsSync(path + end) && readFileSync(path + end).includes(email));

test('No byte of an erased address is in the SQLite file or its log, whatever was written over since', () =>
  withTestFolder(async (folder) => {
    const path = join(folder, 'shop.db');
    const world = createTestWorld();
    const store = await openSqliteStore(world, { path });
    const shop = createFixture(store, world);
    const product = await shop.createProduct();
    const contact = { email, language: 'vi' };
    // Pages are split, and rows come and go, so that free space has old bytes.
    for (let round = 0; round < 5; round++) {
      const orders = await shop.placeOrders(Array(40).fill(product), { customerId, contact });
      await shop.placeOrders(Array(40).fill(product));
      await shop.pay(orders.slice(0, 20));
      await unwrap(
        store.refunds.request(
          shop.refundCommand(defined(orders[0]).id, {
            amount: { amount: 1, currency: null },
            reason: `asked by ${email} `.repeat(200),
          }),
          shop.now(),
        ),
      );
      for (const { id } of orders) {
        await store.mailbox.send({
          ...{ messageId: `<${id}>`, checkoutId: null, orderIds: [id], to: email },
          ...{ subject: 's', text: `Dear ${email} `.repeat(600), html: email, attachments: [] },
        });
      }
      for (const lease of (await shop.claimTasks('physical')).leases)
        await shop.report(lease, { kind: 'retry', error: `451 ${email}`, runAtMs: shop.now() });
    }
    expect(filesWithAddress(path)).not.toEqual([]);
    const command = {
      ...{ actor: { id: 'op-1', email: 'mai@shop.example' }, requestId: 'request-1' },
      createId: shop.newId,
    };
    await unwrap(createEraseCustomer({ store, world })(customerId, command));
    // The log has no page as it was before.
    expect(filesWithAddress(path)).not.toContain('-wal');
    // The shop may be open meanwhile.
    const admin = new Database(path);
    admin.exec('vacuum');
    admin.pragma('wal_checkpoint(truncate)');
    admin.close();
    expect(filesWithAddress(path)).toEqual([]);
    await store.close();
    expect(filesWithAddress(path)).toEqual([]);
  }));
