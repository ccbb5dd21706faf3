import { type Log, requestLine } from '../core/log.ts';
import type { Clock } from '../core/world.ts';
import { redact } from './redact.ts';
import type { LogLevel } from './settings.ts';

/** The fields of a log line beside its message. */
type Facts = Readonly<Record<string, unknown>>;
type Line = {
  readonly time: string;
  readonly level: keyof Log;
  readonly message: string;
  readonly facts: Facts;
};

/** `canWait`: the line may be written a moment later, with others. */
export type WriteLine = (line: string, options: { readonly canWait: boolean }) => void;

/** Takes each line as JSON, without its end. */
type TakeJson = (line: string, atMs: number) => void;

/**
 * Creates a log that writes one line per event: JSON, or `readable` text. Events below `level` are not written. No line
 * has an e-mail address, a token or a password.
 */
export const createLog = (
  write: WriteLine,
  clock: Clock,
  {
    level: minLevel,
    readable,
    alsoJson,
    spanIds = () => undefined,
  }: {
    readonly level: LogLevel;
    readonly readable: boolean;
    /** Gets every line too, as JSON also where the lines are text. */
    readonly alsoJson?: TakeJson | undefined;
    /** The ids of the current span, if its trace is kept. */
    readonly spanIds?: (() => Facts | undefined) | undefined;
  },
): Log => {
  const writerOf = (level: keyof Log): Log['info'] => {
    if (severity[level] < severity[minLevel]) return () => {};
    return (message, facts = {}) => {
      const nowMs = clock.nowMs();
      const allFacts = { ...facts, ...spanIds() };
      const line = { time: new Date(nowMs).toISOString(), level, message, facts: allFacts };
      const json = readable && alsoJson === undefined ? '' : redact(renderJson(line));
      write(`${readable ? redact(renderText(line)) : json}\n`, { canWait: message === requestLine });
      alsoJson?.(json, nowMs);
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

/** Stacks of errors follow below the line. A request is no more than what a developer looks for. */
const renderText = (line: Line): string => {
  const { time, level } = line;
  const { message, facts } = line.message === requestLine ? shortRequest(line.facts) : line;
  const entries = Object.entries(facts);
  const fields = entries.flatMap(([name, value]) =>
    value instanceof Error
      ? []
      : [` ${name}=${JSON.stringify(value, (_, part: unknown) => toJsonValue(part))}`],
  );
  const stacks = entries.flatMap(([, value]) => (value instanceof Error ? [`\n${stackOf(value)}`] : []));
  return `${time.slice(11, 23)} ${level.padEnd(5)} ${message}${fields.join('')}${stacks.join('')}`;
};

const shortRequest = ({
  method,
  route,
  status,
  ms,
  requestId,
  who,
  ...others
}: Facts): Pick<Line, 'message' | 'facts'> => ({
  message: `${method} ${route ?? '(no route)'} ${status} ${ms} ms`,
  facts: others,
});

const stackOf = (error: Error): string => {
  const { stack, message, cause } = error;
  const text = stack?.replace(message, () => messageOf(error)) ?? messageOf(error);
  return `${text}${cause instanceof Error ? `\ncaused by ${stackOf(cause)}` : ''}`;
};

/** Drizzle appends the values of a failed statement, which may be a customer's. */
const messageOf = ({ message }: Error): string => message.split('\nparams: ', 1)[0] ?? '';

/** `JSON.stringify` would write an error as `{}`, and throws for a bigint. */
const toJsonValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return String(value);
  if (!(value instanceof Error)) return value;
  const cause = value.cause === undefined ? {} : { cause: toJsonValue(value.cause) };
  // The SQLSTATE, or the error code of the system.
  const code = 'code' in value && typeof value.code === 'string' ? { code: value.code } : {};
  const stack = value.stack?.replace(value.message, () => messageOf(value));
  return { name: value.name, ...code, message: messageOf(value), stack, ...cause };
};
