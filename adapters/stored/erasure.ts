import { erasedMark } from '../../core/erasure.ts';
import {
  type Erasure,
  type PersonalScope,
  type PersonalTable,
  personalData,
} from '../../core/personalData.ts';

/** What a slice of an erasure is about. The patterns are null if no address is known. */
export type ErasureTargets = {
  readonly orders: readonly string[];
  readonly checkouts: readonly string[];
  readonly refunds: readonly string[];
  readonly tasks: readonly string[];
  readonly addresses: readonly string[];
};

/** How a database writes the parts of the statements. Every text is SQL. */
export type ErasureDialect = {
  /** The column is one of the ids, or of the addresses. */
  readonly isIn: (column: string, targets: keyof ErasureTargets) => string;
  readonly customer: string;
  /** The text has one of the addresses. `quoted`: inside JSON. */
  readonly hasAddress: (column: string, quoted: boolean) => string;
  /** The text without the addresses. */
  readonly withoutAddress: (column: string, quoted: boolean, mark: string) => string;
};

/**
 * The statements of an erasure, made from `personalData`: one for each column that changes, or for each table whose rows
 * go. Rows that have nothing more to erase are not written.
 */
export const erasureStatements = (dialect: ErasureDialect): readonly string[] =>
  Object.entries(personalData).flatMap(([table, { personal }]) => statementsOf(table, personal, dialect));

const statementsOf = (
  table: string,
  personal: PersonalTable['personal'],
  dialect: ErasureDialect,
): readonly string[] => {
  const statements = Object.entries(personal).flatMap(([column, { erasure, of }]) => {
    if (erasure === 'keep' || of === undefined) return [];
    const scope = of.map((each) => conditionOf(each, dialect)).join(' or ');
    return `${changeOf(table, column, erasure, dialect)} and (${scope})`;
  });
  return [...new Set(statements)];
};

/** Ends with a condition. */
const changeOf = (
  table: string,
  column: string,
  erasure: Exclude<Erasure, 'keep'>,
  { hasAddress, withoutAddress }: ErasureDialect,
): string => {
  switch (erasure) {
    case 'delete':
      return `delete from ${table} where true`;
    case 'blank':
      return `update ${table} set ${column} = '' where ${column} <> ''`;
    case 'drop':
      return `update ${table} set ${column} = null where ${column} is not null`;
    case 'scrub':
    case 'scrub_json': {
      const quoted = erasure === 'scrub_json';
      const value = withoutAddress(column, quoted, quoted ? '' : erasedMark);
      return `update ${table} set ${column} = ${value} where ${hasAddress(column, quoted)}`;
    }
  }
};

const conditionOf = (scope: PersonalScope, { isIn, customer }: ErasureDialect): string => {
  if (scope === 'all') return 'true';
  if ('customer' in scope) return `${scope.customer} = ${customer}`;
  if ('where' in scope) return scope.where;
  if ('address' in scope) return isIn(scope.address, 'addresses');
  const [targets = 'orders', column = ''] = Object.entries(scope)[0] ?? [];
  return isIn(column, targets as keyof ErasureTargets);
};
