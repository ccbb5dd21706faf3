import postgres from 'postgres';

/** Watches who waits for locks. Not on a connection with an open transaction: it would see the first answer again. */
export const createLockWatch = (url: string) => {
  const sql = postgres(url, { max: 1 });
  let closed = false;
  return {
    /** Resolves when that many sessions of the database wait for a lock. */
    untilWaiting: async (count: number): Promise<void> => {
      for (let waiting = 0; waiting < count && !closed; ) {
        const [row] = await sql<{ waiting: number }[]>`
          select count(*)::integer as waiting from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`;
        waiting = row?.waiting ?? 0;
      }
    },
    close: async (): Promise<void> => {
      closed = true;
      await sql.end();
    },
  };
};
