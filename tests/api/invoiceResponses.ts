import { ok } from 'neverthrow';
import { invoiceOf } from '../pdf/samples.ts';
import { valueAt } from './reply.ts';
import { type Api, createTestApi } from './testApi.ts';

/** Asks for an invoice before it is issued, after that, and once more by a client that has it. */
export const requestInvoices = async (recordResponses: (api: Api) => Api): Promise<void> => {
  let isIssued = false;
  const { as, product } = recordResponses(
    createTestApi({
      wrapStore: (store) => ({
        ...store,
        invoices: { ofCheckout: async (checkoutId) => ok(isIssued ? invoiceOf({ checkoutId }) : null) },
      }),
    }),
  );
  const root = as('root', 'customer', 'operator');
  const { body } = await root.checkOut([await root.order(await product())]);
  const path = `/checkouts/${valueAt(body, 'checkoutId')}/invoice`;
  await root.get(path);
  isIssued = true;
  const { headers } = await root.get(path);
  await root.send('GET', path, { headers: { 'if-none-match': headers.get('etag') ?? '' } });
};
