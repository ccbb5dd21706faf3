/** Tables as bits. */
export type Tables = bigint;

/** The tables that a statement touches. It may name too many and never too few. */
export type Footprint = {
  /** Whose committed rows it reads. */
  readonly reads: Tables;
  /** In which it writes or locks rows, or that it locks itself. */
  readonly writes: Tables;
};

/** What the schema does beside a statement: its triggers, keys, views and functions. */
export type Schema = {
  readonly tables: readonly string[];
  /** The source of each view and function. */
  readonly sources: Readonly<Record<string, string>>;
  readonly triggers: readonly { readonly table: string; readonly function: string }[];
  readonly foreignKeys: readonly { readonly child: string; readonly parent: string }[];
};

const writing = [
  /\binsert\s+into\s+(?:public\.)?"?(\w+)/g,
  /\bupdate\s+(?:only\s+)?(?:public\.)?"?(\w+)/g,
  /\bdelete\s+from\s+(?:only\s+)?(?:public\.)?"?(\w+)/g,
  /\bmerge\s+into\s+(?:public\.)?"?(\w+)/g,
  /\btruncate\s+(?:table\s+)?(?:public\.)?"?(\w+)/g,
  /\block\s+table\s+(?:only\s+)?(?:public\.)?"?(\w+)/g,
];
const locking = /\bfor\s+(?:no\s+key\s+update|update|key\s+share|share)\b/g;
const changesSchema = /^\s*(?:create|alter|drop|vacuum)\b/;
const advisory = /\bpg_(?:try_)?advisory/;
/** Not a table, but locks of it meet in the same way. */
const advisoryLock = 'advisory lock';

/** Tables that a statement locks whole. A statement that changes none of their rows meets that lock all the same. */
const lockedWhole = ['order_state'];
const locksWhole = /\block\s+table\s+(?:only\s+)?(?:public\.)?"?(\w+)/g;

/** Reads footprints out of the texts of statements. */
export const createFootprints = ({ tables, sources, triggers, foreignKeys }: Schema) => {
  const bits = new Map([...tables, advisoryLock].map((name, index) => [name, 1n << BigInt(index)] as const));
  const everything = (1n << BigInt(bits.size)) - 1n;
  const known = new Map<string, Footprint>();

  /** A view or a function touches what its source does. */
  const touchedBy = (name: string): Footprint => {
    const source = sources[name];
    return source === undefined ? { reads: bits.get(name) ?? 0n, writes: 0n } : footprintOf(source);
  };

  /** A written row runs triggers and locks the row that its key refers to, or is looked for by those that refer to it. */
  const writtenWith = (table: string): Footprint => {
    const keys = foreignKeys.flatMap(({ child, parent }) =>
      child === table ? [parent] : parent === table ? [child] : [],
    );
    const effects = triggers.filter((trigger) => trigger.table === table).map((trigger) => trigger.function);
    const own = [table, ...keys].reduce((all, name) => all | touchedBy(name).reads, 0n);
    return union([{ reads: 0n, writes: own }, ...effects.map(touchedBy)]);
  };

  const analyse = (statement: string): Footprint => {
    const text = statement
      .replaceAll(/--.*$/gm, '')
      .replaceAll(/'(?:[^']|'')*'/g, "''")
      .toLowerCase();
    if (text.trim() === '' || changesSchema.test(text)) return { reads: everything, writes: everything };
    for (const [, table] of text.matchAll(locksWhole))
      if (bits.has(table ?? '') && !lockedWhole.includes(table ?? ''))
        throw new Error(`${table} is locked whole: add it to lockedWhole`);
    const all = wordsOf(text).map(touchedBy);
    const written = writing
      .flatMap((pattern) => [...text.matchAll(pattern)].flatMap(([, name]) => name ?? []))
      .filter((name) => bits.has(name))
      .map(writtenWith);
    const locked = [...text.matchAll(locking)]
      .flatMap(({ index }) => wordsOf(blockAround(text, index)))
      .map((name): Footprint => ({ reads: 0n, writes: touchedBy(name).reads }));
    const others = advisory.test(text) ? [{ reads: 0n, writes: bits.get(advisoryLock) ?? 0n }] : [];
    return union([...all, ...written, ...locked, ...others]);
  };

  const footprintOf = (statement: string): Footprint => {
    const stored = known.get(statement);
    if (stored !== undefined) return stored;
    // A function that calls itself touches no more than it does without that.
    known.set(statement, { reads: 0n, writes: 0n });
    const footprint = analyse(statement);
    known.set(statement, footprint);
    return footprint;
  };

  /** What a statement writes that has changed no row. */
  const writesWithoutRows = (writes: Tables): Tables =>
    lockedWhole.reduce((all, table) => all | (writes & (bits.get(table) ?? 0n)), 0n);

  /** For a message and for tests. */
  const namesOf = (touched: Tables): readonly string[] =>
    [...bits].flatMap(([name, bit]) => ((touched & bit) === 0n ? [] : [name]));

  return { footprintOf, writesWithoutRows, namesOf };
};

export type Footprints = ReturnType<typeof createFootprints>;

const union = (footprints: readonly Footprint[]): Footprint =>
  footprints.reduce((all, { reads, writes }) => ({ reads: all.reads | reads, writes: all.writes | writes }), {
    reads: 0n,
    writes: 0n,
  });

const wordsOf = (text: string): readonly string[] => [...new Set(text.match(/\w+/g) ?? [])];

/** The query that a locking clause belongs to: what stands in the same parentheses. */
const blockAround = (text: string, at: number): string => {
  let start = at;
  for (let depth = 0; start > 0; start--) {
    const sign = text[start - 1];
    if (sign === ')') depth++;
    else if (sign === '(' && depth-- === 0) break;
  }
  let end = at;
  for (let depth = 0; end < text.length; end++) {
    const sign = text[end];
    if (sign === '(') depth++;
    else if (sign === ')' && depth-- === 0) break;
  }
  return text.slice(start, end);
};
