import { Elysia, t } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck, oneOrMany } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requireRole } from '../http/requireRole.ts';
import {
  currency,
  cursor,
  integer,
  limit,
  limitDefault,
  productType,
  storedId,
  text,
} from '../http/schemas.ts';
import { q, readSearch } from '../http/search.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { exactly } from '../render/component.ts';
import { productJson, productListJson, renderProduct } from '../render/product.ts';

const filters = createCheck(
  exactly({
    q: t.Optional(q),
    type: t.Optional(productType),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** A `ProductKey`. */
const key = createCheck(exactly({ tier: integer({ minimum: 0, maximum: 1 }), id: storedId }));

export const productQueries = ({ store }: ApiDeps) =>
  new Elysia()
    .get(
      '/products',
      async ({ request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.products.list({
          search: unwrapOrThrow(readSearch(query.q)),
          type: query.type ?? null,
          after: unwrapOrThrow(readCursor(query.cursor, key)),
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderProduct);
      },
      operation({
        tag: 'Products',
        summary: 'Find products',
        description: 'Newest first; with a search, names with the accents as typed first.',
        open: true,
        parameters: queryParameters(filters),
        responses: {
          200: { description: 'A page.', schema: productListJson.ref, example: samples.products },
        },
        failures: ['validation_failed', 'unavailable'],
      }),
    )
    .get(
      '/products/:id',
      async ({ params }) => {
        const product = unwrapOrThrow(await store.products.find(unwrapOrThrow(idOf(params))));
        if (product === null) throw httpError({ kind: 'not_found' });
        return renderProduct(product);
      },
      operation({
        tag: 'Products',
        summary: 'One product',
        open: true,
        parameters: [idParameter(samples.product.id)],
        responses: {
          200: { description: 'The product.', schema: productJson.ref, example: samples.product },
        },
        failures: ['not_found', 'unavailable'],
      }),
    );

const draft = exactly({
  code: text(64, 'a code'),
  name: text(200, 'a name'),
  type: productType,
  price: exactly({ amount: integer({ minimum: 0, maximum: 1_000_000_000_000 }), currency }),
  stock: t.Union([integer({ minimum: 0, maximum: 1_000_000_000 }), t.Null()], {
    description: 'a whole number from 0 to 1000000000, or null where it cannot run out',
  }),
});

const drafts = oneOrMany(createCheck(draft), createCheck(t.Array(draft, { minItems: 1, maxItems: 1_000 })));

export const productCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/products',
    requireRole(authenticate, ['operator'], async ({ request }) => {
      const wanted = unwrapOrThrow(await readBody(request, drafts));
      return unwrapOrThrow(await store.products.upsert(wanted, world.clock.nowMs(), 'replace'));
    }),
    operation({
      tag: 'Products',
      summary: 'Add or change products',
      description: 'One, or up to 1,000 in an array: all of them or none. A known code is changed.',
      body: { schema: drafts.schema, example: samples.productDraft },
      responses: {
        200: {
          description: 'How many were new and how many were known.',
          schema: exactly({
            created: integer({ minimum: 0, maximum: 1_000 }),
            updated: integer({ minimum: 0, maximum: 1_000 }),
          }),
          example: { created: 1, updated: 0 },
        },
      },
      failures: [],
    }),
  );
