import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceRoot } from '../replacement.ts';

/** A place in the sources that looks like a guard. */
export type Mark = {
  readonly kind: 'lock' | 'conflict' | 'index' | 'recheck' | 'rule';
  readonly file: string;
  readonly line: number;
  readonly text: string;
  /** The positions in the file where it starts and ends. */
  readonly start: number;
  readonly end: number;
};

/** Comments become blanks, so that positions stay. */
const withoutComments = (source: string, isSql: boolean): string => {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');
  return isSql
    ? source.replaceAll(/--.*$/gm, blank)
    : source.replaceAll(/\/\*[\s\S]*?\*\//g, blank).replaceAll(/(^|\s)\/\/ .*$/gm, blank);
};

const locks =
  /\bfor (?:no key )?update\b|\bfor (?:key )?share\b|\bskip locked\b|\bpg_(?:try_)?advisory\w+|\block table\b|\bbegin immediate\b/gi;
const conflicts = /\bon conflict\b|\binsert or (?:ignore|replace)\b|\bonConflict\w+/gi;
const indexes = /\bunique\b|\bprimary key\b|\bcheck \(\w+ >=? 0\)/gi;
const rules =
  /(?<!= )\berr\(\s*\{\s*kind: '(?!unavailable')\w+'|\bnext(?:Order|Payment|Refund|Dispute)Status\((?!\s*status:)/g;

/** A statement that changes or deletes rows, up to the end of its text. */
const changes = /\b(?:update\s+\w+(?:\s+(?:as\s+)?\w+)?\s+set|do\s+update\s+set|delete\s+from)\b/gi;
/** A statement that reads rows and keeps them. */
const rowLocks = /\bfor (?:no key )?update\b/gi;
/** From `where` to the next clause. */
const conditions =
  /\bwhere\b[\s\S]*?(?=\breturning\b|\border by\b|\bgroup by\b|\blimit\b|\bupdate\b|\), \w+ as\b|$)/gi;
const recheckedColumns = [
  ...['lease', 'attempt', 'seq', 'status', 'state', 'lease_until_ms', 'held', 'units', 'origin', 'paused'],
  ...['due_ms', 'run_ms', 'recover_ms', 'response', 'accepted_ms', 'answered_ms', 'sold_before'],
  ...['ended_ms', 'revoked_ms', 'probe_at_ms', 'probe_task_id', 'processed_ms', 'version', 'limited'],
  ...['attempts', 'finished_ms', 'disputed', 'archived'],
].join('|');
const recheckedColumn = `\\b(?:\\w+\\.)?(?:${recheckedColumns})`;
/**
 * With `+ 0` or `|| ''` a condition is kept from an index. It is a re-check as before. A value in a template may be one of a
 * list of statuses.
 */
const rechecks = new RegExp(
  [
    `${recheckedColumn}\\s*(?:\\|\\| ''|\\+ 0)?\\s*(?:=|<>|<=|>=|<|>|\\bin\\b|\\bis (?:not )?(?:null|distinct)\\b)`,
    `\\bnot ${recheckedColumn}\\b`,
    '\\b(?:not )?exists \\(',
    '\\bisOneOf\\(',
  ].join('|'),
  'gi',
);

/** The texts of strings and templates, each with its position. A template stays whole, with the values in it. */
const literalsIn = (source: string): readonly { readonly text: string; readonly start: number }[] => {
  const found: { text: string; start: number }[] = [];
  let index = 0;
  while (index < source.length) {
    const quote = source[index] ?? '';
    if (quote !== "'" && quote !== '"' && quote !== '`') {
      index++;
      continue;
    }
    const end = endOfLiteral(source, index);
    found.push({ text: source.slice(index + 1, end), start: index + 1 });
    index = end + 1;
  }
  return found;
};

const endOfLiteral = (source: string, start: number): number => {
  const quote = source[start] ?? '';
  let index = start + 1;
  while (index < source.length && source[index] !== quote) {
    if (source[index] === '\\') index++;
    else if (quote === '`' && source.startsWith('${', index)) index = endOfExpression(source, index + 2);
    index++;
  }
  return index;
};

/** The position of the brace that ends an expression in a template. */
const endOfExpression = (source: string, start: number): number => {
  let depth = 1;
  let index = start;
  while (index < source.length) {
    const character = source[index] ?? '';
    if (character === '{') depth++;
    if (character === '}' && --depth === 0) return index;
    if (character === "'" || character === '"' || character === '`') index = endOfLiteral(source, index);
    index++;
  }
  return index;
};

type Found = { readonly text: string; readonly start: number };

const matchesOf = (pattern: RegExp, text: string, offset = 0): readonly Found[] =>
  [...text.matchAll(pattern)].map(({ 0: found, index }) => ({ text: found, start: offset + index }));

/** A fence counts in any statement, and outside of one as well. */
const fences =
  /(?<=\b(?:and|where|on)\s+)(?:\w+\.)?lease\s*=|(?<!\btypeof )\b(?:\w+\.)?(?:lease|attempt)\s\+\s1\b|\b\w+\.(?:state|attempt)\s*[!=]==|\battempt !== \w+\.attempt/g;

const recheckedIn = (source: string): readonly Found[] => {
  const found = literalsIn(source).flatMap(({ text, start }) => {
    // What a statement locks was read before it changes anything.
    const from = matchesOf(rowLocks, text).length > 0 ? 0 : matchesOf(changes, text)[0]?.start;
    if (from === undefined) return [];
    const changing = text.slice(from);
    return matchesOf(conditions, changing, start + from).flatMap((condition) =>
      matchesOf(rechecks, condition.text, condition.start),
    );
  });
  const known = new Set(found.map(({ start }) => start));
  return [...found, ...matchesOf(fences, source).filter(({ start }) => !known.has(start))];
};

const filesIn = (folder: string, ending: RegExp): readonly string[] =>
  readdirSync(join(sourceRoot, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(folder, name))
    .toSorted();

const marksOf = (
  kind: Mark['kind'],
  file: string,
  source: string,
  found: readonly Found[],
): readonly Mark[] =>
  found.map(({ text, start }) => ({
    ...{ kind, file, text, start, end: start + text.length },
    line: source.slice(0, start).split('\n').length,
  }));

/** The statement of a refusal. To change its condition takes out the refusal as well. */
const statementOf = (source: string, { start, end }: Mark): Pick<Mark, 'start' | 'end'> => {
  const before = source.slice(0, start);
  return {
    start: Math.max(...[';\n', '{\n', '}\n'].map((last) => before.lastIndexOf(last))) + 2,
    end: source.indexOf(';', end),
  };
};

/** What looks like a guard in one file. */
export const marksIn = (file: string, whole: string): readonly Mark[] => {
  const source = withoutComments(whole, file.endsWith('.sql'));
  const find = (kind: Mark['kind'], pattern: RegExp) =>
    marksOf(kind, file, source, matchesOf(pattern, source));
  if (file.endsWith('.sql'))
    return [...find('index', indexes), ...find('conflict', conflicts), ...find('lock', locks)];
  if (file.startsWith('core/'))
    return find('rule', rules).map((mark) => ({ ...mark, ...statementOf(source, mark) }));
  return [
    ...find('lock', locks),
    ...find('conflict', conflicts),
    ...marksOf('recheck', file, source, recheckedIn(source)),
  ];
};

/** Types, state machines and words, in which nothing is refused. */
const withoutRules = /^core\/(?:order|payment|refund|dispute)\.ts$/;

export const allMarks = (): readonly Mark[] =>
  [
    ...filesIn('adapters/postgres', /\.ts$/),
    ...filesIn('adapters/sqlite', /\.ts$/),
    ...filesIn('sql', /\.sql$/),
    ...filesIn('core', /\.ts$/).filter((file) => !withoutRules.test(file)),
  ].flatMap((file) => marksIn(file, readFileSync(join(sourceRoot, file), 'utf8')));
