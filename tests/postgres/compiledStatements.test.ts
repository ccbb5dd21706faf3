import { afterAll, describe, expect, test } from 'bun:test';
import { type ConnectionOptions, connect, type Sql } from '../../adapters/postgres/connection.ts';
import { withNestedLoops } from '../../adapters/postgres/nestedLoops.ts';
import { createTestDatabase, postgresAvailable } from '../processes/postgres.ts';

const available = await postgresAvailable();

describe.skipIf(!available)('PostgreSQL: what the server compiles', async () => {
  if (!available) return;
  const database = await createTestDatabase({ empty: true });
  afterAll(database.drop);

  const connected = async <T>(
    options: Partial<ConnectionOptions>,
    work: (sql: Sql) => Promise<T>,
  ): Promise<T> => {
    const sql = connect({ url: database.url, poolSize: 1, ...options });
    try {
      return await work(sql);
    } finally {
      await sql.end();
    }
  };
  const jitOf = async (sql: Pick<Sql, 'unsafe'>): Promise<unknown> => {
    const [row] = await sql.unsafe(`select current_setting('jit') as jit`);
    return row?.jit;
  };

  test('A connection compiles no statement', async () => {
    expect(await connected({}, jitOf)).toBe('off');
  });

  // A pooler takes no settings with a connection, and the price of what is off would make the server compile.
  test('A transaction in nested loops compiles no statement on a connection of a pooler', async () => {
    await connected({ pooling: 'transaction' }, async (sql) => {
      await sql`set jit = on`;
      const inside = await withNestedLoops(sql, jitOf);
      expect(inside.unwrapOr('unavailable')).toBe('off');
      expect(await jitOf(sql)).toBe('on');
    });
  });
});
