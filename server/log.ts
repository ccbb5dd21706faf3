import type { Log } from '../core/log.ts';
import type { Clock } from '../core/world.ts';
import type { LogLevel } from './settings.ts';

/** What a log line tells beside its message. */
type Facts = Readonly<Record<string, unknown>>;
type Line = {
  readonly time: string;
  readonly level: keyof Log;
  readonly message: string;
  readonly facts: Facts;
};

/** One line an event: JSON for machines, or readable where a person watches. Below `level` nothing is written. */
export const createLog = (
  write: (line: string) => void,
  clock: Clock,
  { level: least, readable }: { readonly level: LogLevel; readonly readable: boolean },
): Log => {
  const render = readable ? forPeople : forMachines;
  const at = (level: keyof Log): Log['info'] => {
    if (severity[level] < severity[least]) return () => {};
    return (message, facts = {}) => {
      write(`${render({ time: new Date(clock.nowMs()).toISOString(), level, message, facts })}\n`);
    };
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** The line comes first, and no fact takes the place of a part of it. */
const forMachines = ({ facts, ...line }: Line): string =>
  JSON.stringify({ ...line, ...facts, ...line }, (_, value: unknown) => plain(value));

/** The stack of an error goes below its line. */
const forPeople = ({ time, level, message, facts }: Line): string => {
  const all = Object.entries(facts);
  const said = all.flatMap(([name, value]) =>
    value instanceof Error ? [] : [` ${name}=${JSON.stringify(value, (_, part: unknown) => plain(part))}`],
  );
  const stacks = all.flatMap(([, value]) => (value instanceof Error ? [`\n${stackOf(value)}`] : []));
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${said.join('')}${stacks.join('')}`;
};

const stackOf = ({ stack, message, cause }: Error): string =>
  `${stack ?? message}${cause instanceof Error ? `\nbecause of ${stackOf(cause)}` : ''}`;

/** JSON shows nothing of an error by itself. */
const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: plain(value.cause) };
  return { name: value.name, message: value.message, stack: value.stack, ...cause };
};
