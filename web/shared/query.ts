type Query = Readonly<Record<string, string | number | null | undefined>>;

/** `?a=b`, without what is null, undefined or empty. */
export const queryOf = (query: Query): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== null && value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
};
