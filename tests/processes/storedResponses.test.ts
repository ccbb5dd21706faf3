import { expect, test } from 'bun:test';
import { openStore } from '../../server/wiring.ts';
import { createFixture, defined, succeeded } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { databases } from './databases.ts';

test.each(databases)(
  'A stored response is returned unchanged after the database is reopened (%s)',
  async (_, createDatabase) => {
    const { url, drop } = await createDatabase();
    const world = createTestWorld();
    const open = () =>
      openStore(world, { databaseUrl: url, databasePooling: 'session', databasePoolSize: 1 });
    const storeBefore = await open();
    const fixture = createFixture(storeBefore, world);
    const product = await fixture.createProduct();
    const request = fixture.checkoutRequest(await fixture.placeOrders([product, product]));
    const claim = await fixture.claimCheckout(request);
    const response = defined((await fixture.recordOutcome(claim, succeeded)).response);
    await storeBefore.close();

    const storeAfter = await open();
    const refused = (await createFixture(storeAfter, world).tryClaimCheckout(request))._unsafeUnwrapErr();
    expect(refused).toEqual({ kind: 'already_answered', response });
    await storeAfter.close();
    await drop();
  },
);
