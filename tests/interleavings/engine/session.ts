import { createServer, type Socket, connect as tcpConnect } from 'node:net';
import { connect } from '../../../adapters/postgres/connection.ts';
import { noLimits } from '../../../adapters/postgres/migrate.ts';
import { type ClientUnit, createClientReader, createServerReader } from './wire.ts';

/** What happens to a connection at a statement. `after`: the server has run it, and the answer is lost. */
export type Cut = { readonly at: number; readonly when: 'before' | 'after' };

export type ServerError = { readonly code: string; readonly message: string };

/**
 * One connection to the database, through a proxy that holds each statement and each `COMMIT` until it is released.
 * `BEGIN` and settings of a transaction touch no row and take no snapshot that lasts, so they go with the statement
 * after them.
 */
export type Session = Awaited<ReturnType<typeof openSession>>;

const passes = /^\s*(begin|set local|select set_config)|pg_catalog\.pg_type/i;

/**
 * A schedule holds locks for as long as the machine takes for the steps of others. The limits of the pool are off, and this
 * one, which a transaction sets for itself, becomes a text of the same length that means no limit.
 */
const withoutLimit = (bytes: Buffer): Buffer => {
  const at = bytes.indexOf(lockLimit);
  if (at >= 0) bytes.write('0', at + lockLimit.length - 2);
  return bytes;
};
const lockLimit = `set local lock_timeout = '2s`;

/** `onChange` is called whenever the session may have come to rest. */
export const openSession = async (
  databaseUrl: string,
  { prepared, onChange }: { readonly prepared: boolean; readonly onChange: () => void },
) => {
  const { hostname, port } = new URL(databaseUrl);
  const held: ClientUnit[] = [];
  let isOpen = true;
  let pid = 0;
  /** Statements at the server, whose `ReadyForQuery` has not come. */
  let running = 0;
  /** A statement is being parsed, which may wait for the lock of a table. */
  let isParsing = false;
  let inTransaction = false;
  let rows = 0;
  let work: 'none' | 'runs' | 'ended' = 'none';
  let cut: Cut | null = null;
  let released = 0;
  let errors: ServerError[] = [];
  let link: { client: Socket; upstream: Socket; isMuted: boolean } | null = null;

  const send = (unit: ClientUnit) => {
    if (unit.kind === 'step') running++;
    else isParsing = unit.bytes[0] === 'P'.charCodeAt(0);
    link?.upstream.write(unit.bytes);
  };
  const drop = () => {
    link?.client.destroy();
    link?.upstream.destroy();
    link = null;
    held.length = 0;
    running = 0;
    isParsing = false;
    inTransaction = false;
  };
  const server = createServer((client) => {
    const upstream = tcpConnect({ host: hostname, port: Number(port) });
    const own = { client, upstream, isMuted: false };
    link = own;
    // The server greets a new connection with one `ReadyForQuery` more.
    running = 1;
    const readClient = createClientReader();
    const readServer = createServerReader();
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        if (link === own) drop();
      });
    }
    client.on('data', (bytes: Buffer) => {
      if (link !== own) return;
      for (const unit of readClient(withoutLimit(bytes))) {
        const isHeld = !isOpen && unit.kind === 'step' && !passes.test(unit.text);
        if (isHeld || held.length > 0) held.push(unit);
        else send(unit);
      }
      onChange();
    });
    upstream.on('data', (bytes: Buffer) => {
      if (link !== own) return;
      if (!own.isMuted) client.write(bytes);
      isParsing = false;
      for (const sign of readServer(bytes)) {
        if (sign.kind === 'process') pid = sign.pid;
        if (sign.kind === 'error') errors.push(sign);
        if (sign.kind === 'complete') rows = sign.rows;
        if (sign.kind === 'ready') {
          running--;
          inTransaction = sign.inTransaction;
        }
      }
      if (own.isMuted && running === 0) drop();
      onChange();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  const url = Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String(address.port) }).href;
  const sql = connect({ url, poolSize: 1, pooling: prepared ? 'session' : 'transaction', limits: noLimits });
  await sql`set idle_in_transaction_session_timeout = 0`;

  return {
    sql,
    pid: () => pid,
    /** Runs `task` with each statement held. The returned promise never rejects. */
    start: async <T>(task: () => Promise<T>, cutAt: Cut | null = null): Promise<T | Error> => {
      isOpen = false;
      work = 'runs';
      cut = cutAt;
      released = 0;
      errors = [];
      try {
        return await task();
      } catch (cause) {
        return cause instanceof Error ? cause : new Error(String(cause));
      } finally {
        work = 'ended';
        isOpen = true;
        cut = null;
        for (const unit of held.splice(0)) send(unit);
        onChange();
      }
    },
    /** The statement that waits to be released. Null while one is at the server. */
    next: (): string | null => (running === 0 ? (held[0]?.text ?? null) : null),
    isAtServer: () => running > 0 || isParsing,
    /** What the server said last. */
    inTransaction: () => inTransaction,
    /** How many rows the last statement has changed or returned. */
    rows: () => rows,
    hasEnded: () => work === 'ended' && running === 0,
    errors: (): readonly ServerError[] => errors,
    release: () => {
      const number = released++;
      if (cut?.at === number) {
        const { when } = cut;
        cut = null;
        // Until it connects again, statements pass: the work goes on after the loss.
        isOpen = true;
        if (when === 'before' || link === null) return drop();
        link.isMuted = true;
      }
      const unit = held.shift();
      if (unit === undefined) throw new Error('there is no statement to release');
      send(unit);
      while (held[0] !== undefined && (held[0].kind === 'silent' || passes.test(held[0].text))) {
        const passing = held.shift();
        if (passing !== undefined) send(passing);
      }
    },
    close: async () => {
      await sql.end({ timeout: 1 });
      drop();
      server.close();
    },
  };
};
