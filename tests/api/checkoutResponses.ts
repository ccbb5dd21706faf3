import { valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

/** Gives up a checkout whose provider is processing it, one whose provider is silent, and one that can be given up. */
export const requestGiveUps = async (recordResponses: (api: Api) => Api): Promise<void> => {
  const processing = { kind: 'processing', reference: 'pi_1' } as const;
  for (const outcome of [processing, { kind: 'unknown', reason: 'no answer' } as const, null]) {
    const { as, product } = recordResponses(
      createTestApi({
        wrapProvider: (provider) =>
          outcome === null ? provider : { ...provider, cancel: async () => outcome },
      }),
    );
    const root = as('root', 'customer', 'operator');
    const waiting = [await root.order(await product())];
    const { body } = await root.checkOut(waiting, crypto.randomUUID(), 'pm_card_authenticationRequired');
    await root.remove('/customers/root');
    await root.remove(`/checkouts/${valueAt(body, 'checkoutId')}`);
  }
};

/** Repeats a checkout whose response is no longer kept. */
export const requestDroppedResponse = async (recordResponses: (api: Api) => Api): Promise<void> => {
  const { as, product, store, world } = recordResponses(createTestApi());
  const root = as('root', 'customer', 'operator');
  const orderIds = [await root.order(await product())];
  const key = crypto.randomUUID();
  await root.checkOut(orderIds, key);
  world.advance(86_400_000);
  await store.dropOld({ kind: 'responses', beforeMs: world.clock.nowMs(), limit: 10 });
  await root.checkOut(orderIds, key);
};

/** Sends two checkouts of one order at the same time. */
export const requestConflicts = async (recordResponses: (api: Api) => Api): Promise<void> => {
  const entered = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const { as, product } = recordResponses(
    createTestApi({
      wrapProvider: (provider) => ({
        ...provider,
        charge: async (request) => {
          entered.resolve();
          await release.promise;
          return provider.charge(request);
        },
      }),
    }),
  );
  const root = as('root', 'customer', 'operator');
  const orderId = await root.order(await product());
  const key = crypto.randomUUID();
  const first = root.checkOut([orderId], key);
  await entered.promise;
  await root.checkOut([orderId], key);
  await root.checkOut([orderId]);
  release.resolve();
  await first;
};
