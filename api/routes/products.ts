import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import type { ProductDraft } from '../../core/product.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import {
  type Check,
  createCheck,
  type OneOrMany,
  oneOrMany,
  type ValidationFailure,
  validationFailure,
} from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { entityTagOf, isHeldByClient } from '../http/entityTag.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { normalizeFields, productChange, productDraft } from '../http/productSchemas.ts';
import { readQuery } from '../http/query.ts';
import { assertPermission, requirePermission } from '../http/requireRole.ts';
import {
  cursor,
  integer,
  limit,
  limitDefault,
  productType,
  storedId,
  strictObject,
} from '../http/schemas.ts';
import { readSearch, searchParameter } from '../http/search.ts';
import { ifNoneMatchParameter, notModified } from '../openapi/ifNoneMatch.ts';
import { idParameter, operation, queryParameters } from '../openapi/operation.ts';
import { samples } from '../openapi/samples.ts';
import { productDraftJson, productJson, productListJson, renderProduct } from '../render/product.ts';

/** Who may change products may see the archived ones. */
const archivedPermission = 'products:write';

const filters = createCheck(
  strictObject({
    q: t.Optional(searchParameter),
    type: t.Optional(productType),
    archived: t.Optional(
      t.Boolean({ description: `True: only archived products. Needs the permission ${archivedPermission}.` }),
    ),
    cursor: t.Optional(cursor),
    limit: t.Optional(limit),
  }),
);

/** A `ProductKey`. */
const cursorKey = createCheck(strictObject({ tier: integer({ minimum: 0, maximum: 1 }), id: storedId }));

export const createProductQueries = ({ store }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .get(
      '/products',
      async ({ request, set }) => {
        const query = unwrapOrThrow(readQuery(request.url, filters));
        if (query.archived === true)
          await assertPermission(authenticate, request.headers, archivedPermission);
        const page = await store.products.list({
          search: unwrapOrThrow(readSearch(query.q)),
          type: query.type ?? null,
          archived: query.archived,
          after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
          limit: query.limit ?? limitDefault,
        });
        const list = listOf(unwrapOrThrow(page), renderProduct);
        // What only an operator may see is not kept by anybody.
        if (query.archived === true) return list;

        const bytes = new TextEncoder().encode(JSON.stringify(list));
        const entityTag = entityTagOf(bytes);
        // It may be kept, and is asked for each time: prices and stock change.
        set.headers['cache-control'] = 'no-cache';
        set.headers.etag = entityTag;
        if (isHeldByClient(request.headers.get('if-none-match'), entityTag)) {
          set.status = 304;
          return new Response(null, { status: 304 });
        }
        set.headers['content-type'] = 'application/json';
        return new Response(bytes);
      },
      operation({
        tag: 'Products',
        summary: 'Find products',
        description:
          'Newest first. With a search, names that have the accents of the search text are first. Archived products are left out.',
        open: 'for some',
        parameters: [...queryParameters(filters), ifNoneMatchParameter('page')],
        responses: {
          200: {
            description: 'A page. It has an `ETag` unless archived products were asked for.',
            schema: productListJson.ref,
            example: samples.products,
            headers: ['etag'],
          },
          304: notModified,
        },
        failures: ['validation_failed', 'unauthenticated', 'forbidden', 'unavailable'],
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

type DraftList = OneOrMany<ProductDraft>;

const several = { minItems: 1, maxItems: 1_000 };
const bodies = oneOrMany(createCheck(productDraft), createCheck(t.Array(productDraft, several)));

const draftList: Check<DraftList> = {
  schema: t.Union([productDraftJson.ref, t.Array(productDraftJson.ref, several)]),
  read: (value) =>
    bodies
      .read(value)
      .andThen(({ items, pathOf }) => refuseRepeatedCodes({ items: items.map(normalizeFields), pathOf })),
};

/** Nobody can know which of two drafts with one code counts, so both positions are named. */
const refuseRepeatedCodes = (list: DraftList): Result<DraftList, ValidationFailure> => {
  const indexes = [...list.items.keys()];
  const repeated = [...Map.groupBy(indexes, (index) => list.items[index]?.code).values()].filter(
    (same) => same.length > 1,
  );
  if (repeated.length === 0) return ok(list);
  const pathOf = (index: number) => `${list.pathOf(index)}/code`;
  const errors = repeated.flatMap(([first = 0, ...others]) => [
    { path: pathOf(first), message: `The same code as ${others.map(pathOf).slice(0, 5).join(', ')}` },
    ...others.map((index) => ({ path: pathOf(index), message: `The same code as ${pathOf(first)}` })),
  ]);
  return err(validationFailure(errors));
};

/** Names the drafts of new products that have no stock. */
const describeMissingStock = ({ items, pathOf }: DraftList, codes: readonly string[]): ValidationFailure => {
  const missing = new Set(codes);
  return validationFailure(
    items.flatMap(({ code }, index) =>
      missing.has(code)
        ? [{ path: `${pathOf(index)}/stock`, message: 'A new product needs a stock, or null' }]
        : [],
    ),
  );
};

export const createProductCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .post(
      '/products',
      requirePermission(authenticate, 'products:write', async ({ caller, request, set }) => {
        const list = unwrapOrThrow(await readBody(request, draftList));
        const command = operatorCommand(world, caller, set);
        const written = await store.products.upsert(list.items, world.clock.nowMs(), 'replace', command);
        return unwrapOrThrow(
          written.mapErr((failure) =>
            failure.kind === 'stock_missing' ? describeMissingStock(list, failure.codes) : failure,
          ),
        );
      }),
      operation({
        tag: 'Products',
        summary: 'Add or change products',
        description:
          'One product, or an array of up to 1,000. All of them are stored, or none. A product with a known code is updated, and a field that is absent stays as it is; a new product needs a stock. Blanks around a code and characters that nobody sees are removed from it, and it is stored in NFC; one code twice is an error. Characters that turn the direction of text around are removed from a name. An archived product stays archived.',
        body: { schema: draftList.schema, example: samples.productDraft },
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
    )
    .patch(
      '/products/:id',
      requirePermission(authenticate, 'products:write', async ({ caller, request, params, set }) => {
        const id = unwrapOrThrow(idOf(params));
        const change = normalizeFields(unwrapOrThrow(await readBody(request, changeBody)));
        const command = operatorCommand(world, caller, set);
        return renderProduct(
          unwrapOrThrow(await store.products.change(id, change, world.clock.nowMs(), command)),
        );
      }),
      operation({
        tag: 'Products',
        summary: 'Change a product',
        description:
          'Changes the given fields, all or none. The stock is changed by a number of units, or set if it still is the one in `was`: what is sold meanwhile is never lost. An archived product is off sale: it is in no list, nobody can order it, and its orders go on.',
        parameters: [idParameter(samples.product.id)],
        body: { schema: changeBody.schema, example: samples.productChange },
        responses: {
          200: { description: 'The product.', schema: productJson.ref, example: samples.product },
        },
        failures: ['not_found', 'stock_changed', 'stock_too_large'],
      }),
    );

const changeBody = createCheck(productChange);
