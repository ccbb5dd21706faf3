import type { Log } from '../core/log.ts';
import type { Clock } from '../core/world.ts';
import type { LogLevel } from './settings.ts';

/** The fields of a log line beside its message. */
type Facts = Readonly<Record<string, unknown>>;
type Line = {
  readonly time: string;
  readonly level: keyof Log;
  readonly message: string;
  readonly facts: Facts;
};

/** Creates a log that writes one line per event: JSON, or `readable` text. Events below `level` are not written. */
export const createLog = (
  write: (line: string) => void,
  clock: Clock,
  { level: minLevel, readable }: { readonly level: LogLevel; readonly readable: boolean },
): Log => {
  const render = readable ? renderText : renderJson;
  const writerOf = (level: keyof Log): Log['info'] => {
    if (severity[level] < severity[minLevel]) return () => {};
    return (message, facts = {}) => {
      write(`${render({ time: new Date(clock.nowMs()).toISOString(), level, message, facts })}\n`);
    };
  };
  return {
    debug: writerOf('debug'),
    info: writerOf('info'),
    warn: writerOf('warn'),
    error: writerOf('error'),
  };
};

const severity: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** `time`, `level` and `message` come first, and a fact of the same name does not replace them. */
const renderJson = ({ facts, ...line }: Line): string =>
  JSON.stringify({ ...line, ...facts, ...line }, (_, value: unknown) => toJsonValue(value));

/** Stacks of errors follow below the line. */
const renderText = ({ time, level, message, facts }: Line): string => {
  const entries = Object.entries(facts);
  const fields = entries.flatMap(([name, value]) =>
    value instanceof Error
      ? []
      : [` ${name}=${JSON.stringify(value, (_, part: unknown) => toJsonValue(part))}`],
  );
  const stacks = entries.flatMap(([, value]) => (value instanceof Error ? [`\n${stackOf(value)}`] : []));
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${fields.join('')}${stacks.join('')}`;
};

const stackOf = ({ stack, message, cause }: Error): string =>
  `${stack ?? message}${cause instanceof Error ? `\ncaused by ${stackOf(cause)}` : ''}`;

/** `JSON.stringify` would write an error as `{}`, and throws for a bigint. */
const toJsonValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: toJsonValue(value.cause) };
  return { name: value.name, message: value.message, stack: value.stack, ...cause };
};
