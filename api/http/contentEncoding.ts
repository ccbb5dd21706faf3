/** The encodings that files are stored in, the smallest first. */
const stored = ['br', 'gzip'] as const;
export type Encoding = (typeof stored)[number];

/** The smallest stored encoding that an `Accept-Encoding` takes (RFC 9110), or null for the file as it is. */
export const preferredEncoding = (header: string | null): Encoding | null => {
  if (header === null) return null;
  const weights = new Map(header.toLowerCase().split(',').slice(0, 16).map(readRange));
  return stored.find((encoding) => (weights.get(encoding) ?? weights.get('*') ?? 0) > 0) ?? null;
};

const readRange = (range: string): readonly [string, number] => {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
  const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
  return [name, weight === undefined ? 1 : Number(weight)];
};
