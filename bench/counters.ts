import type { Postgres } from './postgres.ts';
import { treeCpuSeconds } from './processes.ts';

/** Counters of a server since its start. A measurement is the difference of two readings. */
export type Counters = { readonly walBytes: number; readonly cpuSeconds: number };

export const readCounters = async ({ pid, run }: Postgres): Promise<Counters> => {
  const [row] = await run(`select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as bytes`);
  return { walBytes: Number(row?.bytes), cpuSeconds: treeCpuSeconds(pid) };
};

/**
 * The commits of a database since its creation. A connection reports its commits when it ends, so the processes
 * that use the database must have stopped.
 */
export const commitsOf = async ({ run }: Postgres, database: string): Promise<number> => {
  const [row] = await run(
    `select xact_commit as commits from pg_stat_database where datname = '${database}'`,
  );
  return Number(row?.commits);
};

/** Resets the count of statements to 0. */
export const resetStatements = async ({ run }: Postgres): Promise<void> => {
  await run('create extension if not exists pg_stat_statements');
  await run('select pg_stat_statements_reset()');
};

/** The statements of a database since `resetStatements`, including `begin` and `commit`. */
export const statementsOf = async ({ run }: Postgres, database: string): Promise<number> => {
  const [row] = await run(`
    select coalesce(sum(calls), 0)::integer as calls from pg_stat_statements s join pg_database d on d.oid = s.dbid
    where d.datname = '${database}'`);
  return Number(row?.calls);
};
