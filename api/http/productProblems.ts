import type { OrderFailure } from '../../core/order.ts';
import type { StockFailure } from '../../core/product.ts';
import { stockMax } from '../../core/productChange.ts';

/** The problems of the failures that name a product or its stock. */
export const productProblems = {
  product_not_found: {
    status: 404,
    code: 'not_found',
    title: 'Not found',
    detail: 'No product on sale has the id in productId. Find the products on sale with GET /products.',
  },
  stock_changed: {
    status: 409,
    code: 'stock_changed',
    title: 'The stock is another one',
    detail:
      'Nothing was changed. The stock of the product is in stock. It must be the one in was, and a stock never goes below zero.',
  },
  stock_too_large: {
    status: 422,
    code: 'validation_failed',
    title: 'A value is not valid',
    detail: 'At least one value is not valid. The member errors lists each path and what is expected there.',
  },
} as const;

type ProductFailure = Extract<OrderFailure, { kind: 'product_not_found' }> | StockFailure;

export const productProblemMembers = (failure: ProductFailure): Readonly<Record<string, unknown>> => {
  switch (failure.kind) {
    case 'product_not_found':
      return {
        detail: `No product on sale has the productId ${failure.productId}. Find the products on sale with GET /products.`,
        productId: failure.productId,
      };
    case 'stock_changed':
      return { stock: failure.stock };
    case 'stock_too_large':
      return { errors: [{ path: '/stock', message: `The stock would be over ${stockMax}` }] };
  }
};
