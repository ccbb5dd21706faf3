import postgres from 'postgres';
import type { Sql } from '../../adapters/postgres/connection.ts';

/** A connection on which the server reports what each statement really read. */
export type ExplainedConnection = {
  readonly sql: Sql;
  /** The number of pages that the statements of `work` touched, in memory or on disk. */
  readonly countPages: (work: () => Promise<unknown>) => Promise<number>;
};

export const connectExplained = async (url: string): Promise<ExplainedConnection> => {
  let pages = 0;
  const sql = postgres(url, {
    max: 1,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    onnotice: ({ message = '' }) => {
      const start = message.indexOf('{');
      if (start >= 0) pages += pagesOf(JSON.parse(message.slice(start)));
    },
  });
  await sql.unsafe(`
    load 'auto_explain';
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_format = json;
    set auto_explain.log_level = notice;`);
  const countPages = async (work: () => Promise<unknown>) => {
    pages = 0;
    await work();
    if (pages === 0) throw new Error('the server reported no statement');
    return pages;
  };
  return { sql, countPages };
};

const pagesOf = ({ Plan }: { Plan: Readonly<Record<string, number>> }): number =>
  (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0);
