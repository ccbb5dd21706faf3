import { type TSchema, t } from 'elysia';
import { FormatRegistry } from 'elysia/type-system';
import { isCurrency } from '../../core/currency.ts';
import { jobPipelines, pipelines } from '../../core/pipelines/index.ts';
import { isVisible } from '../../core/text.ts';

/**
 * The small schemas that bodies, queries and responses are made of. Elysia's `t.Integer` and `t.UnionEnum` are
 * not used: the first accepts "5" as 5, and the second fills a missing value with the first of its list.
 */

/** A whole number. `maximum` must be at most `Number.MAX_SAFE_INTEGER`. */
export const integer = (options: {
  readonly minimum: number;
  readonly maximum: number;
  readonly description?: string;
  readonly default?: number;
}) => t.Number({ multipleOf: 1, ...options });

/**
 * Text of 1 to `lengthMax` code points of which a person sees at least one. Control characters are an error (PostgreSQL cannot
 * store a NUL), and so are lone surrogates (UTF-8 cannot encode them).
 */
export const text = (lengthMax: number, description = 'text') =>
  t.String({
    format: 'visible-text',
    pattern: `^(?:[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff]){1,${lengthMax}}$`,
    description: `${description} of 1 to ${lengthMax} characters, at least one of them visible and none of them a control character`,
  });

FormatRegistry.Set('visible-text', isVisible);

/** An object with these members and no others. */
export const strictObject = <const Properties extends Record<string, TSchema>>(
  properties: Properties,
  description?: string,
) =>
  t.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });

/** A UUID in a request, in upper or lower case. */
export const uuid = t.String({
  pattern: '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
  description: 'a UUID',
});

/** A UUID in lower case, as it is stored and as cursors contain it. */
export const storedId = t.String({ pattern: '^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$' });

/** A UUID in a response. */
export const id = t.String({ format: 'uuid' });
export const time = t.String({ format: 'date-time', description: 'RFC 3339 in UTC with milliseconds' });

/** One of these values. */
export const oneOf = <const Value extends string>(values: readonly Value[], description?: string) =>
  t.Union(
    values.map((value) => t.Literal(value)),
    { description: description ?? `one of ${values.join(', ')}` },
  );

export const productType = oneOf([...pipelines.keys()]);

/** The pipelines of orders, which have the names of product types, and the pipelines of jobs. */
export const pipeline = oneOf([...pipelines.keys(), ...jobPipelines.map(({ name }) => name)]);

FormatRegistry.Set('iso-4217', isCurrency);

export const currency = t.String({
  format: 'iso-4217',
  description: 'an active ISO 4217 currency code in upper case, of a currency with a minor unit',
});

export const nullable = <S extends TSchema>(schema: S) => t.Union([schema, t.Null()]);

/** The parameters of every list. */
export const limitDefault = 20;
export const limit = integer({ minimum: 1, maximum: 100, default: limitDefault });
export const cursor = t.String({ description: 'The `nextCursor` of the previous page.' });
