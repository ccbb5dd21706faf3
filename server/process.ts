import process from 'node:process';
import type { Log } from '../core/log.ts';
import { type Timer, withTimeout } from '../core/timer.ts';
import type { Config } from './config.ts';

export type Close = () => Promise<unknown>;

/** What closing may take beyond the time that work under way is given to end. */
const closeMs = 5_000;

/**
 * On SIGINT or SIGTERM closes what is `opened`, the last first, and exits with 0; with 1 where that takes too
 * long, or at once on a second signal.
 */
export const closeOnSignal = (
  opened: readonly Close[],
  shutdownMs: number,
  log: Log,
  timer: Timer,
): { readonly begun: () => boolean } => {
  let begun = false;
  const onSignal = async (signal: string): Promise<void> => {
    if (begun) process.exit(1);
    begun = true;
    log.info('stopping', { signal });
    const closed = closeAll(opened, log).then(() => true);
    const inTime = await withTimeout(timer, shutdownMs + closeMs, closed, () => false);
    if (!inTime) log.error('stopped before all was closed');
    process.exit(inTime ? 0 : 1);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void onSignal(signal));
  return { begun: () => begun };
};

const closeAll = async (opened: readonly Close[], log: Log): Promise<void> => {
  for (const close of opened.toReversed()) {
    try {
      await close();
    } catch (cause) {
      log.error('closing failed', { cause });
    }
  }
};

export const refuseToStart = (why: string): never => {
  process.stderr.write(`Cartwright cannot start: ${why}\n`);
  process.exit(1);
};

/** Why the start failed, for a person; with a stack only where it is a bug. */
export const startFailure = (cause: unknown, { port }: Pick<Config, 'port'>): string => {
  if (!isExpected(cause)) return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  const kind = 'code' in cause ? cause.code : cause.name;
  return kind === 'EADDRINUSE' || kind === 'AddrInUse'
    ? `port ${port} is in use. Stop what listens there, or set PORT to another (0 for any that is free).`
    : cause.message;
};

/** Failures of our surroundings, whose message is all that a person needs; drivers and systems give a code. */
export const isExpected = (cause: unknown): cause is Error =>
  cause instanceof Error && ('code' in cause || expectedNames.has(cause.name));

export const cannotStart = (why: string): Error => Object.assign(new Error(why), { name: 'CannotStart' });

const expectedNames = new Set(['CannotStart', 'SchemaTooNew', 'AddrInUse']);
