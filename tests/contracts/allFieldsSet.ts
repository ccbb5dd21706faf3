/**
 * `T` with every field present and not null. When a field is added to `T`, each value of this type is a compile
 * error until it has that field.
 */
export type AllFieldsSet<T> = T extends readonly (infer Row)[]
  ? readonly [AllFieldsSet<Row>, ...AllFieldsSet<Row>[]]
  : T extends object
    ? { readonly [K in keyof T]-?: AllFieldsSet<NonNullable<T[K]>> }
    : T;

/**
 * Throws if a field has an empty value, or if two fields are equal. No comparison would show that such a field was
 * forgotten, or was read from the wrong column.
 */
export const expectAllFieldsSet = <T extends object>(value: T): T => {
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
