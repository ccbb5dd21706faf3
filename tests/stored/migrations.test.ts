import { describe, expect, test } from 'bun:test';
import { missingMigrations, SchemaTooNew, SchemaTooOld } from '../../adapters/stored/migrations.ts';

const files = ['001_product.sql', '002_order.sql', '003_checkout.sql'];

describe('migrations', () => {
  test('The missing migrations are the files that the database does not have, in their order', () => {
    expect(missingMigrations(files, [])).toEqual(files);
    expect(missingMigrations(files, ['001_product.sql'])).toEqual(['002_order.sql', '003_checkout.sql']);
    expect(missingMigrations(files, files.toReversed())).toEqual([]);
  });

  test('A database with all our files and a later one is too new', () => {
    const check = () => missingMigrations(files, [...files, '004_later.sql']);
    expect(check).toThrow(SchemaTooNew);
    expect(check).toThrow(/004_later\.sql.*start a newer version/);
  });

  test('A database with an unknown file that lacks one of ours is too old', () => {
    const check = () => missingMigrations(files, ['001_product.sql', '002_order.sql', '003_audit.sql']);
    expect(check).toThrow(SchemaTooOld);
    expect(check).toThrow(/003_audit\.sql.*use a new, empty database/);
  });
});
