import postgres from 'postgres';
import type { TestDatabase } from '../processes/postgres.ts';

/** How often each of these tables has been read whole so far. */
export const countSequentialScans = (
  database: TestDatabase,
  tables: readonly string[],
): Promise<readonly string[]> =>
  readStatistics(database, async (sql) => {
    const rows = await sql<{ relname: string; seq_scan: string }[]>`
      select relname, seq_scan from pg_stat_user_tables
      where relname = any(${tables as string[]})
      order by relname`;
    return rows.map(({ relname, seq_scan }) => `${relname}: ${seq_scan}`);
  });

/** How often the server had to roll back a transaction to break a deadlock. */
export const countDeadlocks = (database: TestDatabase): Promise<number> =>
  readStatistics(database, async (sql) => {
    const [row] = await sql<{ deadlocks: number }[]>`
      select deadlocks::integer as deadlocks from pg_stat_database where datname = current_database()`;
    return row?.deadlocks ?? 0;
  });

/** The server adds the counts of a connection when it closes. So we wait until all other connections are closed. */
const readStatistics = async <T>(
  { url }: TestDatabase,
  read: (sql: postgres.Sql) => Promise<T>,
): Promise<T> => {
  const sql = postgres(url, { max: 1 });
  for (let others = 1; others > 0; ) {
    const [row] = await sql<{ others: number }[]>`
      select count(*)::integer as others from pg_stat_activity
      where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()`;
    others = row?.others ?? 0;
  }
  const result = await read(sql);
  await sql.end();
  return result;
};
