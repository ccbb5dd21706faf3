import { describe, expect, test } from 'bun:test';
import {
  isOlderRelease,
  missingMigrations,
  SchemaTooNew,
  SchemaTooOld,
  worksBesideOf,
} from '../../adapters/stored/migrations.ts';

const files = ['001_product.sql', '002_order.sql', '003_checkout.sql'];

const applied = (names: readonly string[], worksBeside: string | null = null) =>
  names.map((name) => ({ name, worksBeside }));

describe('migrations', () => {
  test('The missing migrations are the files that the database does not have, in their order', () => {
    expect(missingMigrations(files, [])).toEqual(files);
    expect(missingMigrations(files, applied(['001_product.sql']))).toEqual([
      '002_order.sql',
      '003_checkout.sql',
    ]);
    expect(missingMigrations(files, applied(files.toReversed()))).toEqual([]);
  });

  test('A database with all our files and a later one is too new', () => {
    const check = () => missingMigrations(files, applied([...files, '004_later.sql']));
    expect(check).toThrow(SchemaTooNew);
    expect(check).toThrow(/004_later\.sql.*start a newer version/);
  });

  test('A database with an unknown file that lacks one of ours is too old', () => {
    const check = () =>
      missingMigrations(
        files,
        applied(['001_product.sql', '002_order.sql', '003_audit.sql'], '0.2.0'),
        '0.2.0',
      );
    expect(check).toThrow(SchemaTooOld);
    expect(check).toThrow(/003_audit\.sql.*use a new, empty database/);
  });

  test('A release starts on a later migration that works beside it', () => {
    const later = [...applied(files), ...applied(['004_later.sql'], '0.2.0')];
    for (const release of ['0.2.0', '0.2.1', '0.10.0', '1.0.0'])
      expect(missingMigrations(files, later, release)).toEqual([]);
  });

  test('A release is refused on a later migration that works only beside newer releases', () => {
    const later = [
      ...applied(files),
      ...applied(['004_later.sql'], '0.2.0'),
      ...applied(['005_contract.sql'], '0.10.0'),
    ];
    for (const release of ['0.2.0', '0.9.9'])
      expect(() => missingMigrations(files, later, release)).toThrow(
        /005_contract\.sql.*start a newer version/,
      );
    expect(missingMigrations(files, later, '0.10.0')).toEqual([]);
  });

  test('The first line of a file says beside which release it works', () => {
    expect(worksBesideOf('-- Works beside 0.2.0.\nselect 1;\n')).toBe('0.2.0');
    expect(worksBesideOf('-- A table.\n-- Works beside 0.2.0.\n')).toBeNull();
    expect(worksBesideOf('-- Works beside 0.2.\n')).toBeNull();
  });

  test('Releases are compared by their numbers', () => {
    expect(isOlderRelease('0.9.0', '0.10.0')).toBe(true);
    expect(isOlderRelease('0.10.0', '0.9.0')).toBe(false);
    expect(isOlderRelease('1.0.0', '0.9.9')).toBe(false);
    expect(isOlderRelease('0.2.0', '0.2.0')).toBe(false);
  });
});
