import process from 'node:process';
import type { Log } from '../core/log.ts';
import { type Timer, withTimeout } from '../core/timer.ts';
import type { Config } from './config.ts';
import { onStopSignal } from './stopSignals.ts';

export type Close = () => Promise<unknown>;

/** Time for closing, in addition to the time that draining and running work get. */
const closeTimeoutMs = 5_000;

/**
 * On SIGINT or SIGTERM calls the `closers`, the last one first, and exits with 0. If that takes longer than
 * `workMs` and some seconds, or at a second signal, it exits with 1.
 */
export const closeOnSignal = (closers: readonly Close[], workMs: number, log: Log, timer: Timer): Closing => {
  let begun = false;
  const close = async (message: string, facts?: Readonly<Record<string, unknown>>): Promise<void> => {
    begun = true;
    log.info(message, facts);
    const closed = closeAll(closers, log).then(() => true);
    const inTime = await withTimeout(timer, workMs + closeTimeoutMs, closed, () => false);
    if (!inTime)
      log.error('stopped before everything was closed: running work took too long; raise SHUTDOWN_MS');
    process.exit(inTime ? 0 : 1);
  };
  onStopSignal(timer, (signal) => {
    if (begun) process.exit(1);
    void close('stopping; a second signal exits at once', { signal });
  });
  return {
    hasBegun: () => begun,
    goOn: () => {
      if (begun) throw createStartError('this process was asked to stop');
    },
    begin: (reason) => {
      if (!begun) void close('stopping', { reason });
    },
  };
};

export type Closing = {
  readonly hasBegun: () => boolean;
  /** Throws if that has begun. A start calls it before it starts something that nobody would stop any more. */
  readonly goOn: () => void;
  /** Closes and exits as at a signal. Does nothing if that has begun. */
  readonly begin: (reason: string) => void;
};

const closeAll = async (closers: readonly Close[], log: Log): Promise<void> => {
  for (const close of closers.toReversed()) {
    try {
      await close();
    } catch (cause) {
      log.error('closing a part of the process failed', { cause });
    }
  }
};

/** Exits with 1 and says on standard error why the start failed. */
export const exitWithError = (reason: string, program = 'Cartwright'): never => {
  process.stderr.write(`${program} cannot start: ${reason}\n`);
  process.exit(1);
};

/** Why the start failed, for an operator. Only a bug shows its stack. */
export const describeStartFailure = (cause: unknown, { port }: Pick<Config, 'port'>): string => {
  if (!isExpected(cause)) return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const code = String('code' in cause ? cause.code : cause.name);
  // A file may also not be accessible.
  const isListening = code !== 'EACCES' || ('syscall' in cause && cause.syscall === 'listen');
  return (isListening ? listenFailures(port)[code] : undefined) ?? cause.message;
};

/** By error code of Bun and of Deno. */
const listenFailures = (port: number): Readonly<Record<string, string>> => {
  const inUse = `port ${port} is in use. Stop the process that uses it, or set PORT to another port (0 takes a free one).`;
  const noAddress =
    'HOST is no address of this machine. Set it to one of its own, such as 127.0.0.1 or 0.0.0.0.';
  const notAllowed = `this user may not listen on port ${port}. Set PORT to a port above 1023.`;
  return {
    EADDRINUSE: inUse,
    AddrInUse: inUse,
    EADDRNOTAVAIL: noAddress,
    AddrNotAvailable: noAddress,
    EACCES: notAllowed,
  };
};

/** Failures of the environment, whose message is enough for an operator. Drivers and the system set a `code`. */
export const isExpected = (cause: unknown): cause is Error =>
  cause instanceof Error && ('code' in cause || expectedNames.has(cause.name));

/** An error whose message is shown without a stack. */
export const createStartError = (reason: string): Error =>
  Object.assign(new Error(reason), { name: 'CannotStart' });

const expectedNames = new Set([
  'CannotStart',
  'CannotUseDatabase',
  'WrongDatabaseUrl',
  'SchemaTooNew',
  'SchemaTooOld',
  'AddrInUse',
  'AddrNotAvailable',
]);
