import type Database from 'better-sqlite3';
import { tokensOf } from '../../../core/search.ts';
import type { OrderRow, ProductRow } from '../rows.ts';
import { facetsOf, joinTokens } from './query.ts';

type SearchedProduct = Pick<ProductRow, 'position' | 'name' | 'code' | 'archived'>;
type SearchedOrder = Pick<
  OrderRow,
  'position' | 'productName' | 'productCode' | 'customerId' | 'productType' | 'status'
>;

/** The row of `product_search`, without its position. */
export const productTexts = (row: SearchedProduct): [string, string, string, string] => {
  const [names, codes] = [tokensOf(row.name), tokensOf(row.code)];
  const archived = Boolean(row.archived);
  return [
    joinTokens(names, 'folded', archived),
    joinTokens(codes, 'folded', archived),
    joinTokens(names, 'exact', archived),
    joinTokens(codes, 'exact', archived),
  ];
};

/** The row of `order_search`, without its position. */
export const orderTexts = (order: SearchedOrder): [string, string, string] => {
  const { productName, productCode, customerId, productType: type, status } = order;
  const [name, code] = [tokensOf(productName), tokensOf(productCode)];
  const facets = facetsOf({ customerId, type, status }).join(' ');
  return [joinTokens(name, 'folded'), joinTokens(code, 'folded'), facets];
};

/** Writes the search tokens of products and orders, and replaces older ones. */
export const createTokenWriter = (client: Database.Database) => {
  const replaceProduct = client.prepare<[number, string, string, string, string]>(
    'insert or replace into product_search (rowid, name, code, exact_name, exact_code) values (?, ?, ?, ?, ?)',
  );
  const replaceOrder = client.prepare<[number, string, string, string]>(
    'insert or replace into order_search (rowid, name, code, facets) values (?, ?, ?, ?)',
  );
  return {
    /** Returns how many characters it has written. */
    writeProduct: (row: SearchedProduct): number => {
      const texts = productTexts(row);
      replaceProduct.run(row.position, ...texts);
      return texts.reduce((sum, text) => sum + text.length, 0);
    },
    writeOrder: (order: SearchedOrder): void => {
      replaceOrder.run(order.position, ...orderTexts(order));
    },
  };
};
