import postgres from 'postgres';
import type { Sql } from '../../adapters/postgres/connection.ts';

/** A connection on which the server tells what each statement really did. */
export type Explained = {
  readonly sql: Sql;
  /** Pages that the statements of `work` touched, found in memory or read. */
  readonly pagesOf: (work: () => Promise<unknown>) => Promise<number>;
};

export const explained = async (url: string): Promise<Explained> => {
  let pages = 0;
  const sql = postgres(url, {
    max: 1,
    types: { bigint: { to: 20, from: [20], parse: Number, serialize: String } },
    onnotice: ({ message = '' }) => {
      const begin = message.indexOf('{');
      if (begin >= 0) pages += touchedBy(JSON.parse(message.slice(begin)));
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
  const pagesOf = async (work: () => Promise<unknown>) => {
    pages = 0;
    await work();
    if (pages === 0) throw new Error('the server told nothing of what it did');
    return pages;
  };
  return { sql, pagesOf };
};

const touchedBy = ({ Plan }: { Plan: Readonly<Record<string, number>> }): number =>
  (Plan['Shared Hit Blocks'] ?? 0) + (Plan['Shared Read Blocks'] ?? 0);
