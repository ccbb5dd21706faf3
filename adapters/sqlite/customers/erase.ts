import { addressPattern, withoutAddresses } from '../../../core/erasure.ts';
import { type ErasureTargets, erasureStatements } from '../../stored/erasure.ts';
import type { Connection } from '../connection.ts';

/** No address has it. */
const nothing = '(?!)';

/** Erases what names a customer, as `personalData` lists it. Runs in the caller's transaction. */
export const createEraseColumns = ({
  client,
}: Connection): ((customerId: string, targets: ErasureTargets) => void) => {
  client.function('has_address', { deterministic: true, directOnly: true }, (text, pattern) =>
    typeof text === 'string' && new RegExp(String(pattern), 'i').test(text) ? 1 : 0,
  );
  client.function('without_address', { deterministic: true, directOnly: true }, (text, pattern, mark) =>
    withoutAddresses(String(text), String(pattern), String(mark)),
  );
  const patternOf = (quoted: boolean) => (quoted ? '$quotedPattern' : '$pattern');
  const statements = erasureStatements({
    isIn: (column, targets) => `${column} in (select value from json_each($${targets}))`,
    customer: '$customerId',
    hasAddress: (column, quoted) => `has_address(${column}, ${patternOf(quoted)})`,
    withoutAddress: (column, quoted, mark) => `without_address(${column}, ${patternOf(quoted)}, '${mark}')`,
  }).map((sql) => client.prepare<[object]>(sql));

  return (customerId, targets) => {
    const values = {
      customerId,
      pattern: addressPattern(targets.addresses) ?? nothing,
      quotedPattern: addressPattern(targets.addresses, true) ?? nothing,
      ...Object.fromEntries(Object.entries(targets).map(([name, ids]) => [name, JSON.stringify(ids)])),
    };
    for (const statement of statements) statement.run(values);
  };
};
