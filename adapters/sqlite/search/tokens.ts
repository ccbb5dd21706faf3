import type Database from 'better-sqlite3';
import { tokensOf } from '../../../core/search.ts';
import type { OrderRow, ProductRow } from '../rows.ts';
import { facetsOf, joined } from './query.ts';

/** Writes what products and orders are found by, in the place of what they were found by before. */
export const createTokenWriter = (client: Database.Database) => {
  const writeProduct = client.prepare<[number, string, string, string, string]>(
    'insert or replace into product_name (rowid, name, code, exact_name, exact_code) values (?, ?, ?, ?, ?)',
  );
  const writeOrder = client.prepare<[number, string, string, string]>(
    'insert or replace into order_name (rowid, name, code, facets) values (?, ?, ?, ?)',
  );
  return {
    ofProduct: ({ position, name, code }: Pick<ProductRow, 'position' | 'name' | 'code'>): void => {
      const [names, codes] = [tokensOf(name), tokensOf(code)];
      const [folded, foldedCode] = [joined(names, 'folded'), joined(codes, 'folded')];
      writeProduct.run(position, folded, foldedCode, joined(names, 'exact'), joined(codes, 'exact'));
    },
    ofOrder: (order: Pick<OrderRow, 'position' | 'productName' | 'productCode' | Facet>): void => {
      const { position, productName, productCode, customerId, productType: type, status } = order;
      const [name, code] = [tokensOf(productName), tokensOf(productCode)];
      const facets = facetsOf({ customerId, type, status }).join(' ');
      writeOrder.run(position, joined(name, 'folded'), joined(code, 'folded'), facets);
    },
  };
};

type Facet = 'customerId' | 'productType' | 'status';
