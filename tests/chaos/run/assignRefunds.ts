import { type Client, expectStatus, itemsOf, textAt, valueAt } from '../../processes/client.ts';

/**
 * Assigns each refund that the provider made of part of a charge to the first order of the charge that can take it, as an
 * operator would. Returns how many were waiting.
 */
export const assignRefunds = async (operator: Client): Promise<number> => {
  const page = expectStatus(await operator.get('/money/refunds_unassigned?limit=100'), 200);
  const cases = itemsOf(page);
  for (const one of cases) {
    const refundId = textAt({ body: one }, 'refundId');
    const checkout = await operator.get(`/checkouts/${textAt({ body: one }, 'paymentId')}`);
    const orders = valueAt(expectStatus(checkout, 200).body, 'orders');
    for (const order of Array.isArray(orders) ? orders : []) {
      const body = { orderId: textAt({ body: order }, 'id') };
      if ((await operator.post(`/refunds/${refundId}/assignment`, body)).status === 200) break;
    }
  }
  return cases.length;
};
