import { Elysia, t } from 'elysia';
import type { Checkout } from '../../core/audit.ts';
import { invoiceFileName } from '../../core/invoice.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { entityTagOf, isHeldByClient } from '../http/entityTag.ts';
import { type Failure, httpError, unwrapOrThrow } from '../http/failures.ts';
import { idOf } from '../http/path.ts';
import { requireOwnerOr } from '../http/requireRole.ts';
import { ifNoneMatchParameter, notModified } from '../openapi/ifNoneMatch.ts';
import { idParameter, operation } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { findCheckout } from './checkouts.ts';

export const createInvoiceQueries = ({ store, invoiceRenderer }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/checkouts/:id/invoice',
    requireOwnerOr(authenticate, 'orders:read', async ({ caller, params, request, set }) => {
      const { id, orders } = await findCheckout(store, unwrapOrThrow(idOf(params)), caller);
      const invoice = unwrapOrThrow(await store.invoices.ofCheckout(id));
      // A browser may keep it, and asks each time whether its user may still have it.
      set.headers['cache-control'] = 'private, no-cache';
      if (invoice === null) throw httpError(await whyMissing(store, orders));
      const bytes = await invoiceRenderer.render(invoice);
      const entityTag = entityTagOf(bytes);
      set.headers.etag = entityTag;
      if (isHeldByClient(request.headers.get('if-none-match'), entityTag)) {
        set.status = 304;
        return new Response(null, { status: 304 });
      }
      set.headers['content-type'] = 'application/pdf';
      set.headers['content-disposition'] = `attachment; filename="${invoiceFileName(invoice)}"`;
      return new Response(bytes);
    }),
    operation({
      tag: 'Checkouts',
      summary: 'Get the invoice of a checkout as a PDF',
      description:
        'The invoice as it was issued, in the language of the customer. The same invoice gives the same bytes. There is none until a pipeline of the checkout has issued it. If an invoice service issues the invoices, there is none here: the detail names its number and its page, as `invoice` of the orders does.',
      parameters: [idParameter(samples.checkout.checkoutId), ifNoneMatchParameter('invoice')],
      responses: {
        200: {
          description: 'The invoice.',
          schema: t.String({ format: 'binary' }),
          type: 'application/pdf',
          headers: ['etag', 'content-disposition'],
        },
        304: notModified,
      },
      failures: ['not_found', 'invoice_elsewhere'],
    }),
  );

/** All orders of a checkout have the same invoice. */
const whyMissing = async (
  store: ApiDeps['store'],
  [first]: Checkout['orders'],
): Promise<Extract<Failure, { kind: 'not_found' | 'invoice_elsewhere' }>> => {
  const order = first === undefined ? null : unwrapOrThrow(await store.orders.find(first.id));
  const { number, url } = order?.invoice ?? {};
  return number === undefined || url === undefined
    ? { kind: 'not_found' }
    : { kind: 'invoice_elsewhere', number, url };
};
