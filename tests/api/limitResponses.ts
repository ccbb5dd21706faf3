import { type Api, createTestApi } from './testApi.ts';

/** Requests of a customer who has reached a limit. */
export const requestOverLimits = async (recordResponses: (api: Api) => Api): Promise<void> => {
  const checkoutLimits = { declinesMax: 1, challengesMax: 0 };
  const api = createTestApi({ ownApp: true, ordersPendingMax: 1, checkoutLimits });
  const { as, product } = recordResponses(api);
  const lan = as('lan', 'customer');
  const productId = await product();
  const orderId = await lan.order(productId);
  await lan.post('/orders', { productId, quantity: 1 });
  for (const _ of [1, 2]) await lan.checkOut([orderId], crypto.randomUUID(), 'pm_card_chargeDeclined');
};
