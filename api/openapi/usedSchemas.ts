/** Of `all` schemas, those that `content` refers to by their names, and those that they refer to. */
export const usedSchemas = (
  all: ReadonlyMap<string, unknown>,
  content: unknown,
): Readonly<Record<string, unknown>> => {
  const used = new Set<string>();
  const follow = (value: unknown): void => {
    for (const [, name = ''] of JSON.stringify(value).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      follow(all.get(name));
    }
  };
  follow(content);
  return Object.fromEntries([...all].filter(([name]) => used.has(name)));
};
