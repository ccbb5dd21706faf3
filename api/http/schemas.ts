import { type TSchema, t } from 'elysia';
import { FormatRegistry } from 'elysia/type-system';
import { isCurrency } from '../../core/money.ts';
import { jobPipelines, pipelines } from '../../core/pipelines/index.ts';

/**
 * The small schemas that bodies, queries and answers are made of. `t.Integer` and `t.UnionEnum` are not among
 * them: Elysia's own take "5" for 5, and give a missing value the first of the list.
 */

/** A whole number; `maximum` must be safe in a double. */
export const integer = (options: {
  readonly minimum: number;
  readonly maximum: number;
  readonly description?: string;
  readonly default?: number;
}) => t.Number({ multipleOf: 1, ...options });

/**
 * Text for people, of 1 to `lengthMax` code points: no control characters (a NUL ends a string in C, and is
 * refused by Postgres), no lone surrogates (they have no UTF-8), and not blank.
 */
export const text = (lengthMax: number, description = 'text') =>
  t.String({
    pattern: `^(?=.*\\S)(?:[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff]){1,${lengthMax}}$`,
    description: `${description} of 1 to ${lengthMax} characters, none of them a control character`,
  });

/** As it may be sent, in either case. */
export const uuid = t.String({
  pattern: '^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$',
  description: 'a UUID',
});

/** As it is stored, and so stands in a cursor. */
export const storedId = t.String({ pattern: '^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$' });

/** As it is answered. */
export const id = t.String({ format: 'uuid' });
export const time = t.String({ format: 'date-time', description: 'RFC 3339 in UTC with milliseconds' });

/** One of these words. */
export const oneOf = <const Word extends string>(words: readonly Word[], description?: string) =>
  t.Union(
    words.map((one) => t.Literal(one)),
    { description: description ?? `one of ${words.join(', ')}` },
  );

export const productType = oneOf([...pipelines.keys()]);

/** Of orders, named after their products' types, and of jobs. */
export const pipeline = oneOf([...pipelines.keys(), ...jobPipelines.map(({ name }) => name)]);

FormatRegistry.Set('iso-4217', isCurrency);

export const currency = t.String({
  format: 'iso-4217',
  description: 'an ISO 4217 currency code in upper case',
});

export const orNull = <S extends TSchema>(schema: S) => t.Union([schema, t.Null()]);

/** The parameters that every list takes. */
export const limitDefault = 20;
export const limit = integer({ minimum: 1, maximum: 100, default: limitDefault });
export const cursor = t.String({ description: 'The nextCursor of the page before.' });
