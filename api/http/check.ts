import { type Static, type TSchema, t } from 'elysia';
import { type TypeCheck, TypeCompiler } from 'elysia/type-system';
import { err, ok, type Result } from 'neverthrow';
import type { FieldError, RequestFailure } from './failures.ts';

export type ValidationFailure = Extract<RequestFailure, { kind: 'validation_failed' }>;

/** A schema and its validator. Unknown fields are an error, and no value is converted or added. */
export type Check<T> = {
  readonly schema: TSchema;
  read(value: unknown): Result<T, ValidationFailure>;
};

/** Keeps the response short for a body with many errors. */
const errorsMax = 20;

/** Errors are counted up to this number, so that a body with a million errors takes no time. */
const countedMax = 1_000;

export const createCheck = <S extends TSchema>(schema: S): Check<Static<S>> => {
  // Compiled at the first use, so that the start of the process does not wait for it.
  let compiled: TypeCheck<S> | null = null;
  return {
    schema,
    read: (value) => {
      compiled ??= TypeCompiler.Compile(schema);
      return compiled.Check(value)
        ? ok<Static<S>, ValidationFailure>(value)
        : err(validationFailure(errorsOf(compiled.Errors(value))));
    },
  };
};

/** Accepts one value or an array of them. The value chooses the schema, so errors name the right paths. */
export const oneOrMany = <T>(one: Check<T>, many: Check<T[]>): Check<OneOrMany<T>> => ({
  schema: t.Union([one.schema, many.schema]),
  read: (value) =>
    Array.isArray(value)
      ? many.read(value).map((items) => ({ items, pathOf: (position) => `/${position}` }))
      : one.read(value).map((item) => ({ items: [item], pathOf: () => '' })),
});

/**
 * Refuses a list in `field` that has a word twice. TypeBox would compare the entries by hashes, also those of a list that
 * is wrong anyway: a body of 1 MiB would take seconds, and an entry that is nested deep would end the stack.
 */
export const eachOnce = <T extends object>(check: Check<T>, field: keyof T & string): Check<T> => ({
  schema: check.schema,
  read: (value) =>
    check.read(value).andThen((body) => {
      const list: unknown = body[field];
      if (!Array.isArray(list) || new Set(list).size === list.length) return ok(body);
      const message = `Expected ${describe(check.schema.properties[field])}`;
      return err(validationFailure([{ path: `/${field}`, message }]));
    }),
});

/** `pathOf` is the JSON pointer of the item at a position. */
export type OneOrMany<T> = {
  readonly items: readonly T[];
  readonly pathOf: (position: number) => string;
};

/** Accepts one of two forms. `isSecond` looks for what only the second one has, so errors name the right paths. */
export const eitherOf = <A, B>(
  first: Check<A>,
  second: Check<B>,
  isSecond: (value: object) => boolean,
): Check<A | B> => ({
  schema: t.Union([first.schema, second.schema]),
  read: (value): Result<A | B, ValidationFailure> =>
    typeof value === 'object' && value !== null && isSecond(value) ? second.read(value) : first.read(value),
});

/** If there are more errors than a response lists, its last entry says so, at the place of the first that is missing. */
export const validationFailure = (errors: readonly FieldError[]): ValidationFailure => ({
  kind: 'validation_failed',
  errors: errors.length <= errorsMax ? errors : [...errors.slice(0, errorsMax - 1), moreErrors(errors)],
});

const moreErrors = (errors: readonly FieldError[]): FieldError => {
  const total = errors.length;
  const count = total - errorsMax + 1;
  return {
    path: errors[errorsMax - 1]?.path ?? '',
    message: `${total < countedMax ? count : `At least ${count}`} more errors are not listed`,
  };
};

type SchemaError = { readonly path: string; readonly message: string; readonly schema: TSchema };

/** Only the first error of each path, because later ones repeat it. */
const errorsOf = (found: Iterable<SchemaError>): readonly FieldError[] => {
  const errors = new Map<string, FieldError>();
  for (const { path, message, schema } of found) {
    if (!errors.has(path)) errors.set(path, { path, message: describeError(message, schema) });
    if (errors.size === countedMax) break;
  }
  return [...errors.values()];
};

/** A regular expression helps few readers, so the message uses the description of the schema. */
const describeError = (message: string, schema: TSchema): string => {
  if (message === 'Expected required property') return `Missing: expected ${describe(schema)}`;
  if (message === 'Unexpected property') return 'This field is unknown. Leave it out';
  return `Expected ${describe(schema)}`;
};

const describeList = ({ minItems = 0, maxItems, documented }: TSchema): string => {
  const count = maxItems === undefined ? `${minItems} or more` : `${minItems} to ${maxItems}`;
  return `a list of ${count}${documented?.uniqueItems === true ? ' different' : ''} entries`;
};

const describe = (schema: TSchema): string => {
  const { type, minimum, maximum, anyOf, description } = schema;
  if (type === 'number' && maximum !== undefined) return `a whole number from ${minimum} to ${maximum}`;
  if ((type === 'string' || anyOf !== undefined) && description) return description;
  switch (type) {
    case 'object':
      return schema.minProperties === undefined ? 'an object' : 'an object with at least one field';
    case 'array':
      return describeList(schema);
    case 'boolean':
      return 'true or false';
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    default:
      return anyOf === undefined ? 'another value' : anyOf.map(describe).join(', or ');
  }
};
