import postgres from 'postgres';

/**
 * Stops a statement that claims tasks between its snapshot and its first lock, so that others can commit meanwhile. Such a
 * statement sees rows that it locks as they are, and all other rows as they were.
 */
export const createStatementGate = async (url: string) => {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const key = 4_711;
  await sql.unsafe(`
    alter table pause rename to pause_rows;
    create function statement_gate() returns setof pause_rows language plpgsql volatile as $$
    begin
      if current_query() like '%from task%' then
        perform pg_advisory_lock_shared(${key});
        perform pg_advisory_unlock_shared(${key});
      end if;
    end
    $$;
    create view pause as select * from pause_rows union all select * from statement_gate();
    create function change_nothing() returns trigger language plpgsql as 'begin return null; end';
    create trigger change_nothing instead of update on pause for each row execute function change_nothing();
  `);
  return {
    sql,
    close: () => sql`select pg_advisory_lock(${key})`,
    /** The text of the statement that waits. */
    waitingQuery: async (): Promise<string> => {
      const [row] = await sql<{ query: string }[]>`
        select query from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`;
      return row?.query ?? '';
    },
    /** Lets the statement go on that waits, and stops the next one. */
    step: () => sql.unsafe(`select pg_advisory_unlock(${key}); select pg_advisory_lock(${key})`),
    open: () => sql`select pg_advisory_unlock(${key})`,
    end: () => sql.end(),
  };
};
