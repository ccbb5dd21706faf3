/**
 * `T` with every field there and set: what may be null in `T` is not null here. A field that is added to `T` is a
 * compile error wherever a value of this type is written down.
 */
export type Full<T> = T extends readonly (infer Row)[]
  ? readonly [Full<Row>, ...Full<Row>[]]
  : T extends object
    ? { readonly [K in keyof T]-?: Full<NonNullable<T[K]>> }
    : T;

/**
 * Throws where a field has the value that it also has when nobody sets it, or where two fields of one object are
 * equal: such a field could be forgotten, or be read from the wrong column, and no comparison would show it.
 */
export const expectFull = <T extends object>(value: T): T => {
  const empty = leavesOf(value).filter(([, leaf]) => unset.includes(leaf));
  if (empty.length > 0) throw new Error(`not set: ${empty.map(([path]) => path).join(', ')}`);
  const byLeaf = Map.groupBy(leavesOf(value), ([, leaf]) => leaf);
  const equal = [...byLeaf.values()].filter((same) => same.length > 1);
  if (equal.length > 0)
    throw new Error(`equal: ${equal.map((same) => same.map(([path]) => path)).join('; ')}`);
  return value;
};

const unset: readonly unknown[] = [null, undefined, '', 0, false];

type Leaf = readonly [path: string, value: unknown];

const leavesOf = (value: object, path = ''): readonly Leaf[] =>
  Object.entries(value).flatMap(([name, field]: [string, unknown]): readonly Leaf[] =>
    typeof field === 'object' && field !== null
      ? leavesOf(field, `${path}${name}.`)
      : [[`${path}${name}`, field]],
  );
