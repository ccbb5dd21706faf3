import { isRecord } from './record.ts';

/** A request is strict: unknown fields are refused. A response is open: it may get new fields at any time. */
export type Side = 'request' | 'response';

/** The formats that generators and validators know. Ours are only for the check of requests. */
const knownFormats = new Set([
  'uuid',
  'date-time',
  'date',
  'uri',
  'uri-reference',
  'email',
  'int32',
  'int64',
]);

const int32Max = 2 ** 31 - 1;

/**
 * The schema as the document shows it: usual forms instead of those of TypeBox, and no pattern or format that other
 * languages cannot read. A schema whose check cannot be said in JSON Schema has what can be said in `documented`.
 */
export const publish = (schema: unknown, side: Side): unknown => {
  if (Array.isArray(schema)) return schema.map((one) => publish(one, side));
  if (!isRecord(schema)) return schema;
  const said = sayInJsonSchema(schema);
  const published = Object.fromEntries(
    Object.entries(said).map(([key, value]) => [
      key,
      key === 'properties' && isRecord(value) ? publishEach(value, side) : publish(value, side),
    ]),
  );
  return simplifyNull(openIf(side === 'response', simplifyInteger(simplifyWords(published))));
};

/** A property may have the name of a keyword, so properties are no schema themselves. */
const publishEach = (properties: Schema, side: Side): Schema =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, publish(schema, side)]));

type Schema = Readonly<Record<string, unknown>>;

const sayInJsonSchema = ({ documented, ...schema }: Schema): Schema => {
  const { format, pattern, ...rest } = schema;
  if (isRecord(documented)) return { ...rest, ...documented };
  return {
    ...rest,
    ...(typeof format === 'string' && knownFormats.has(format) ? { format } : {}),
    ...(typeof pattern === 'string' && isPortable(pattern) ? { pattern } : {}),
  };
};

/** Surrogates and look-around have no meaning, or another one, in the patterns of other languages. */
const isPortable = (pattern: string): boolean => !/\\ud[89a-f]|\(\?[=!<]|\\p\{/i.test(pattern);

/** A union of constants is an `enum`. */
const simplifyWords = (schema: Schema): Schema => {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || !anyOf.every((one) => isRecord(one) && typeof one.const === 'string'))
    return schema;
  return { ...rest, type: 'string', enum: anyOf.map((one) => one.const) };
};

/** Generators take an integer without a format for one of 32 bits, which an amount does not fit into. */
const simplifyInteger = (schema: Schema): Schema => {
  const { multipleOf, ...rest } = schema;
  if (multipleOf !== 1) return schema;
  const { maximum, minimum } = rest;
  const isSmall = typeof maximum === 'number' && maximum <= int32Max && Number(minimum ?? 0) >= -int32Max;
  return { ...rest, type: 'integer', format: isSmall ? 'int32' : 'int64' };
};

const openIf = (isOpen: boolean, schema: Schema): Schema => {
  const { additionalProperties, ...rest } = schema;
  return isOpen && additionalProperties === false ? rest : schema;
};

/** A scalar or null is one type with two names, which more generators understand than a union. */
const simplifyNull = (schema: Schema): Schema => {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || anyOf.length !== 2) return schema;
  const [value, none] = anyOf;
  if (!isRecord(value) || !isRecord(none) || none.type !== 'null') return schema;
  const { type } = value;
  if (typeof type !== 'string' || type === 'object' || 'enum' in value || 'const' in value) return schema;
  return { ...value, ...rest, type: [type, 'null'] };
};
