import { Elysia, t } from 'elysia';
import { invoiceFileName } from '../../core/invoice.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { entityTagOf, isHeldByClient } from '../http/entityTag.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
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
      const { id } = await findCheckout(store, unwrapOrThrow(idOf(params)), caller);
      const invoice = unwrapOrThrow(await store.invoices.ofCheckout(id));
      if (invoice === null) throw httpError({ kind: 'not_found' });

      const bytes = await invoiceRenderer.render(invoice);
      const entityTag = entityTagOf(bytes);
      set.headers.etag = entityTag;
      // A browser may keep it, and asks each time whether its user may still have it.
      set.headers['cache-control'] = 'private, no-cache';
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
        'The invoice as it was issued, in the language of the customer. The same invoice gives the same bytes. There is none until a pipeline of the checkout has issued it.',
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
      failures: ['not_found'],
    }),
  );
