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
  strictObject,
  text,
} from '../http/schemas.ts';
import { readSearch, searchParameter } from '../http/search.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { productJson, productListJson, renderProduct } from '../render/product.ts';

const filters = createCheck(
  strictObject({
    q: t.Optional(searchParameter),
    type: t.Optional(productType),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** A `ProductKey`. */
const cursorKey = createCheck(strictObject({ tier: integer({ minimum: 0, maximum: 1 }), id: storedId }));

export const createProductQueries = ({ store }: ApiDeps) =>
  new Elysia()
    .get(
      '/products',
      async ({ request }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        const page = await store.products.list({
          search: unwrapOrThrow(readSearch(query.q)),
          type: query.type ?? null,
          after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
          limit: query.limit ?? limitDefault,
        });
        return listOf(unwrapOrThrow(page), renderProduct);
      },
      operation({
        tag: 'Products',
        summary: 'Find products',
        description: 'Newest first. With a search, names that have the accents of the search text are first.',
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
        summary: 'Get a product',
        open: true,
        parameters: [idParameter(samples.product.id)],
        responses: {
          200: { description: 'The product.', schema: productJson.ref, example: samples.product },
        },
        failures: ['not_found', 'unavailable'],
      }),
    );

const draft = strictObject({
  code: text(64, 'a code'),
  name: text(200, 'a name'),
  type: productType,
  price: strictObject({ amount: integer({ minimum: 0, maximum: 1_000_000_000_000 }), currency }),
  stock: t.Union([integer({ minimum: 0, maximum: 1_000_000_000 }), t.Null()], {
    description: 'a whole number from 0 to 1000000000, or null for a product that cannot run out',
  }),
});

const drafts = oneOrMany(createCheck(draft), createCheck(t.Array(draft, { minItems: 1, maxItems: 1_000 })));

export const createProductCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().post(
    '/products',
    requireRole(authenticate, ['operator'], async ({ request }) => {
      const products = unwrapOrThrow(await readBody(request, drafts));
      return unwrapOrThrow(await store.products.upsert(products, world.clock.nowMs(), 'replace'));
    }),
    operation({
      tag: 'Products',
      summary: 'Add or change products',
      description:
        'One product, or an array of up to 1,000. All of them are stored, or none. A product with a known code is updated.',
      body: { schema: drafts.schema, example: samples.productDraft },
      responses: {
        200: {
          description: 'The numbers of created and updated products.',
          schema: strictObject({
            created: integer({ minimum: 0, maximum: 1_000 }),
            updated: integer({ minimum: 0, maximum: 1_000 }),
          }),
          example: { created: 1, updated: 0 },
        },
      },
      failures: [],
    }),
  );
