import type Database from 'better-sqlite3';
import { tokensOf } from '../../../core/search.ts';
import type { OrderRow, ProductRow } from '../rows.ts';
import { facetsOf, joinTokens } from './query.ts';

/** Writes the search tokens of products and orders, and replaces older ones. */
export const createTokenWriter = (client: Database.Database) => {
  const replaceProduct = client.prepare<[number, string, string, string, string]>(
    'insert or replace into product_search (rowid, name, code, exact_name, exact_code) values (?, ?, ?, ?, ?)',
  );
  const replaceOrder = client.prepare<[number, string, string, string]>(
    'insert or replace into order_search (rowid, name, code, facets) values (?, ?, ?, ?)',
  );
  return {
    writeProduct: (row: Pick<ProductRow, 'position' | 'name' | 'code' | 'archived'>): void => {
      const [names, codes] = [tokensOf(row.name), tokensOf(row.code)];
      const archived = Boolean(row.archived);
      replaceProduct.run(
        row.position,
        joinTokens(names, 'folded', archived),
        joinTokens(codes, 'folded', archived),
        joinTokens(names, 'exact', archived),
        joinTokens(codes, 'exact', archived),
      );
    },
    writeOrder: (order: Pick<OrderRow, 'position' | 'productName' | 'productCode' | Facet>): void => {
      const { position, productName, productCode, customerId, productType: type, status } = order;
      const [name, code] = [tokensOf(productName), tokensOf(productCode)];
      const facets = facetsOf({ customerId, type, status }).join(' ');
      replaceOrder.run(position, joinTokens(name, 'folded'), joinTokens(code, 'folded'), facets);
    },
  };
};

type Facet = 'customerId' | 'productType' | 'status';
