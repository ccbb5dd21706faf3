import { type ConnectionOptions, connect, type Sql, type StatementLimits } from './connection.ts';

/**
 * Connections by what they are for, so that no kind of work can take those of another: a table that somebody locks
 * holds up who needs it, and nobody else. Each connection is opened when it is first needed.
 */
export type Pools = {
  /** Batches of checkouts. Everybody in a batch waits for its slowest lock, so the wait is short. */
  readonly checkouts: Sql;
  /** All other commands. */
  readonly commands: Sql;
  readonly reads: Sql;
  /** The worker's, where nobody waits for an answer. */
  readonly work: Sql;
  /** Readiness. */
  readonly probe: Sql;
  /** The end of the log, for the answers to commands. */
  readonly position: Sql;
};

const checkoutConnections = 4;

const limits: Readonly<Record<keyof Pools, StatementLimits>> = {
  checkouts: { statementMs: 5_000, lockMs: 1_000, clientMs: 6_000 },
  commands: { statementMs: 7_000, lockMs: 2_500, clientMs: 8_000 },
  reads: { statementMs: 7_000, lockMs: 2_500, clientMs: 8_000 },
  work: { statementMs: 10_000, lockMs: 2_500, clientMs: 12_000 },
  probe: { statementMs: 1_500, lockMs: 1_500, clientMs: 2_000 },
  position: { statementMs: 1_500, lockMs: 1_500, clientMs: 2_000 },
};

/** Is called after each wait for a connection, with the name of the pool. */
export type OnPoolWait = (pool: keyof Pools, ms: number) => void;

export const openPools = ({
  poolSize = 8,
  onPoolWait,
  ...options
}: Omit<ConnectionOptions, 'limits' | 'onPoolWait' | 'silence'> & {
  readonly onPoolWait?: OnPoolWait | undefined;
}): Pools & { close(): Promise<void> } => {
  // Readiness asks every other second and waits for two, so idle connections of a silent server are soon left by all.
  const silence = new Set<() => void>();
  const open = (name: keyof Pools, size: number) =>
    connect({
      ...options,
      silence,
      poolSize: size,
      limits: limits[name],
      onPoolWait: onPoolWait && ((ms) => onPoolWait(name, ms)),
    });
  const pools: Pools = {
    checkouts: open('checkouts', Math.min(checkoutConnections, poolSize)),
    commands: open('commands', poolSize),
    reads: open('reads', poolSize),
    work: open('work', poolSize),
    probe: open('probe', 1),
    position: open('position', 1),
  };
  const close = async () => {
    await Promise.all(Object.values(pools).map((sql) => sql.end({ timeout: closeTimeoutS })));
  };
  return { ...pools, close };
};

/** How long `close` waits for running statements. It is less than a stopping process has left at this point. */
const closeTimeoutS = 3;

/** One connection pool for everything. */
export const onePool = (sql: Sql): Pools => ({
  checkouts: sql,
  commands: sql,
  reads: sql,
  work: sql,
  probe: sql,
  position: sql,
});
