import { type TSchema, t } from 'elysia';
import type { Product } from '../../core/product.ts';
import { id, productType } from '../http/schemas.ts';
import { component, exactly, listSchema, type Shown } from './component.ts';
import { moneyJson, renderMoney } from './money.ts';

export const productJson = component(
  'Product',
  exactly({
    id,
    code: t.String(),
    name: t.String(),
    type: productType,
    price: moneyJson.ref,
    stock: t.Union([t.Number({ multipleOf: 1, minimum: 0 }), t.Null()], {
      description: 'How many are left; null where it cannot run out.',
    }),
  } satisfies Shown<Product, TSchema, 'createdAtMs' | 'updatedAtMs'>),
);

export const productListJson = listSchema(productJson);

export const renderProduct = ({ id, code, name, type, price, stock }: Product) =>
  ({
    id,
    code,
    name,
    type,
    price: renderMoney(price),
    stock,
  }) satisfies Shown<Product, unknown, 'createdAtMs' | 'updatedAtMs'>;
