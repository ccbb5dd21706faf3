import type { Environment } from './settingKinds.ts';
import { settings } from './settings.ts';

/**
 * One line for each variable that is no setting and was probably meant to be one. A variable that nobody reads is
 * silent, so a wrong letter would leave the default in force. There is no line for a variable of another program: every
 * environment has many of them.
 */
export const findMistypedSettings = (env: Environment): readonly string[] =>
  Object.entries(env).flatMap(([name, value = '']) => {
    // An empty variable would not have set anything.
    if (value === '' || names.has(name) || isForeign(name, value)) return [];
    const hint = hintFor(name, env);
    return hint === null ? [] : [`${name} is no setting and has no effect: ${hint}`];
  });

const names: ReadonlySet<string> = new Set(settings.map(({ name }) => name));

const hintFor = (name: string, env: Environment): string | null => {
  const family = families.find((pattern) => pattern.test(name));
  const members = [...names].filter((each) => family?.test(each));
  // A setting that is set was not meant by another name.
  const unset = [...names].filter((each) => (env[each] ?? '') === '');
  const meant = nearestTo(name, unset);
  if (meant !== null) return `did you mean ${meant}?`;
  return members.length === 0 ? null : `those of this kind are ${members.join(', ')}`;
};

/** Names that no other program is known to use. All of them should be settings, also where none is near. */
const families = [
  /^KEEP_.+_(?:DAYS?|HOURS|MONTHS|MS)$/,
  /^DKIM_/,
  /^SMTP_OAUTH_/,
  /^KAFKA_SASL_/,
  /^SPLUNK_HEC_/,
];

/** Variables of others that look like a setting with a typing error. */
const isForeign = (name: string, value: string): boolean =>
  // Kubernetes and Docker describe each service to the others, whatever its name is.
  /_SERVICE_(?:HOST|PORT)(?:_|$)|_PORT_\d+_(?:TCP|UDP)/.test(name) ||
  /^(?:tcp|udp):\/\//.test(value) ||
  // Log records of OpenTelemetry, and Auth0’s own client.
  /^(?:OTEL_BLRP_|AUTH0_)/.test(name);

const nearestTo = (name: string, candidates: readonly string[]): string | null => {
  const letters = lettersOf(name);
  const near = candidates
    .map((each) => ({ each, distance: errorsBetween(letters, lettersOf(each)) }))
    .filter(({ each, distance }) => distance !== null || differsInUnit(name, each))
    .toSorted((a, b) => (a.distance ?? letters.length) - (b.distance ?? letters.length));
  return near[0]?.each ?? null;
};

/** `database-url` and `DatabaseUrl` are meant as `DATABASE_URL`. */
const lettersOf = (name: string): string => name.toUpperCase().replace(/[^A-Z0-9]/g, '');

/** How many typing errors lie between them. Null: too many for one to be meant as the other. */
const errorsBetween = (name: string, setting: string): number | null => {
  const most = allowedErrors(setting);
  // Most names end here, so a start is not slower for a large environment.
  if (Math.abs(name.length - setting.length) > most) return null;
  const distance = distanceBetween(name, setting);
  return distance <= most ? distance : null;
};

/** A short name is one letter from many words: `HOST` is `POST`. */
const allowedErrors = ({ length }: string): number => (length < 5 ? 0 : length < 10 ? 1 : 2);

const unit = /_(?:MS|S|SECS?|SECONDS?|MIN|MINUTES?|HOURS?|DAYS?|MONTHS?|MAX|LIMIT|SIZE)$/;

/** `ORDER_TTL` and `ORDER_TTL_SECONDS` are meant as `ORDER_TTL_MS`. */
const differsInUnit = (name: string, setting: string): boolean => {
  const stem = name.toUpperCase().replace(unit, '');
  return unit.test(setting) && stem.includes('_') && stem === setting.replace(unit, '');
};

/** How many letters must be added, removed, replaced or swapped with their neighbour (Damerau and Levenshtein). */
const distanceBetween = (a: string, b: string): number => {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= a.length; row++) {
    rows[row] = [row];
    for (let column = 1; column <= b.length; column++) {
      const isSame = a[row - 1] === b[column - 1];
      const isSwapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const best = Math.min(
        at(row - 1, column) + 1,
        at(row, column - 1) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
      (rows[row] as number[])[column] = best;
    }
  }
  return at(a.length, b.length);
};
