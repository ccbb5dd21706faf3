import { type TSchema, t } from 'elysia';
import { FormatRegistry } from 'elysia/type-system';
import { currencies, isCurrency } from '../../core/currency.ts';
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
 * Text of 1 to `lengthMax` code points of which a person sees at least one. Control characters are an error (PostgreSQL
 * cannot store a NUL), and so are lone surrogates (UTF-8 cannot encode them).
 */
export const text = (lengthMax: number, description = 'text') =>
  t.String({
    format: 'visible-text',
    pattern: `^(?:[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]|[\\ud800-\\udbff][\\udc00-\\udfff]){1,${lengthMax}}$`,
    documented: { minLength: 1, maxLength: lengthMax, pattern: visiblePattern },
    description: `${description} of 1 to ${lengthMax} characters, at least one of them visible and none of them a control character`,
  });

FormatRegistry.Set('visible-text', isVisible);

const controls = '\\x00-\\x1f\\x7f-\\x9f';

/** The blanks, joiners, fillers and marks that a text without anything else most likely has. */
const unseen =
  '\\s\\xad\\u0300-\\u036f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180b-\\u180f\\u1ab0-\\u1abe\\u1dc0-\\u1dff\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u20d0-\\u20f0\\u2800\\u3164\\ufe00-\\ufe0f\\ufe20-\\ufe2f\\ufeff\\uffa0\\ufff0-\\ufffb';

/** What a pattern that every language reads can say of a visible text. `isVisible` decides. */
export const visiblePattern = `^[^${controls}]*[^${controls}${unseen}][^${controls}]*$`;

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
  documented: { format: 'uuid' },
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

/** A word of a response. The list may become longer at any time, so a client takes words that it does not know. */
export const openWord = (words: readonly string[], description: string) =>
  t.String({ description, 'x-extensible-enum': words });

const productTypes = [...pipelines.keys()];
export const pipelineNames: readonly string[] = [...productTypes, ...jobPipelines.map(({ name }) => name)];

/** A product type in a request. */
export const productType = oneOf(productTypes);

/** A product type in a response. */
export const shownProductType = openWord(productTypes, 'The product type. New types may be added.');

/** The pipelines of orders, which have the names of product types, and the pipelines of jobs. */
export const pipeline = oneOf(pipelineNames);
export const shownPipeline = openWord(pipelineNames, 'The pipeline. New pipelines may be added.');

FormatRegistry.Set('iso-4217', isCurrency);

export const currency = t.String({
  format: 'iso-4217',
  description: 'an active ISO 4217 currency code in upper case, of a currency with a minor unit',
  documented: { pattern: `^(?:${currencies.join('|')})$` },
});

/** The currency of an old order may have been withdrawn since. */
export const shownCurrency = t.String({
  pattern: '^[A-Z]{3}$',
  description: 'An ISO 4217 currency code.',
  examples: ['VND'],
});

export const nullable = <S extends TSchema>(schema: S) => t.Union([schema, t.Null()]);

/** The parameters of every list. */
export const limitDefault = 20;
export const limit = integer({ minimum: 1, maximum: 100, default: limitDefault });
export const cursor = t.String({
  description: 'The `nextCursor` of the previous page.',
  documented: { pattern: '^[A-Za-z0-9_-]+$' },
});
