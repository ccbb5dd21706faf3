import type { Postgres } from './postgres.ts';
import { treeCpuSeconds } from './processes.ts';

/** What a server has done so far, which two readings tell apart. */
export type Counters = { readonly walBytes: number; readonly cpuSeconds: number };

export const countersOf = async ({ pid, run }: Postgres): Promise<Counters> => {
  const [row] = await run(`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`);
  return { walBytes: Number(row?.bytes), cpuSeconds: treeCpuSeconds(pid) };
};

/**
 * Commits of a database since it was made. A connection says what it has done when it ends, so whoever is
 * asked about must have stopped.
 */
export const commitsOf = async ({ run }: Postgres, database: string): Promise<number> => {
  const [row] = await run(
    `select xact_commit as commits from pg_stat_database where datname = '${database}'`,
  );
  return Number(row?.commits);
};

/** Starts counting statements anew. */
export const resetStatements = async ({ run }: Postgres): Promise<void> => {
  await run('create extension if not exists pg_stat_statements');
  await run('select pg_stat_statements_reset()');
};

/** Statements of a database since then, `begin` and `commit` among them. */
export const statementsOf = async ({ run }: Postgres, database: string): Promise<number> => {
  const [row] = await run(`
    select coalesce(sum(calls), 0)::integer as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
    where d.datname = '${database}'`);
  return Number(row?.calls);
};
