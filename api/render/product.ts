import { type TSchema, t } from 'elysia';
import type { Product } from '../../core/product.ts';
import { productDraft } from '../http/productSchemas.ts';
import { id, shownProductType, strictObject } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';

export const productJson = component(
  'Product',
  strictObject({
    id,
    code: t.String(),
    name: t.String(),
    type: shownProductType,
    price: moneyJson.ref,
    stock: t.Union([t.Number({ multipleOf: 1, minimum: 0 }), t.Null()], {
      description: 'The number of units left. Null for a product that cannot run out.',
    }),
    imageUrl: t.Union([t.String({ format: 'uri-reference' }), t.Null()], {
      description:
        'The http or https URL of a picture, or the path of one that this server has, such as `/images/tea.svg`. Null if there is none.',
    }),
    archived: t.Boolean({
      description: 'True if the product is off sale: it is in no list, and nobody can order it.',
    }),
  } satisfies RenderedFields<Product, TSchema, 'createdAtMs' | 'updatedAtMs'>),
);

/** A product in a request. It has a name, so that a new product type changes one schema and no union. */
export const productDraftJson = component('ProductDraft', productDraft);

export const productListJson = listSchema(productJson);

export const renderProduct = ({ id, code, name, type, price, stock, imageUrl, archived }: Product) =>
  ({
    id,
    code,
    name,
    type,
    price: renderMoney(price),
    stock,
    imageUrl,
    archived,
  }) satisfies RenderedFields<Product, unknown, 'createdAtMs' | 'updatedAtMs'>;
