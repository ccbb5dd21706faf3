import { type Static, type TSchema, t } from 'elysia';
import { type TypeCheck, TypeCompiler } from 'elysia/type-system';
import { err, ok, type Result } from 'neverthrow';
import type { FieldError, RequestFailure } from './failures.ts';

export type Invalid = Extract<RequestFailure, { kind: 'validation_failed' }>;

/** A schema with its compiled check: unknown fields are refused, and nothing is converted or added. */
export type Check<T> = {
  readonly schema: TSchema;
  read(value: unknown): Result<T, Invalid>;
};

/** So that a body of a million mistakes makes a short answer. */
const errorsMax = 20;

export const createCheck = <S extends TSchema>(schema: S): Check<Static<S>> => {
  // Compiled for the first value: no start waits for checks that nobody may ask for.
  let compiled: TypeCheck<S> | null = null;
  return {
    schema,
    read: (value) => {
      compiled ??= TypeCompiler.Compile(schema);
      return compiled.Check(value)
        ? ok<Static<S>, Invalid>(value)
        : err(invalid(errorsOf(compiled.Errors(value))));
    },
  };
};

/** One, or an array of them: decided by what is there, so that the errors are those of what was meant. */
export const oneOrMany = <T>(one: Check<T>, many: Check<T[]>): Check<T[]> => ({
  schema: t.Union([one.schema, many.schema]),
  read: (value) => (Array.isArray(value) ? many.read(value) : one.read(value).map((single) => [single])),
});

export const invalid = (errors: readonly FieldError[]): Invalid => ({ kind: 'validation_failed', errors });

type SchemaError = { readonly path: string; readonly message: string; readonly schema: TSchema };

/** The first error of each path: the later ones only say the same again. */
const errorsOf = (found: Iterable<SchemaError>): readonly FieldError[] => {
  const errors = new Map<string, FieldError>();
  for (const { path, message, schema } of found) {
    if (!errors.has(path)) errors.set(path, { path, message: sayWhat(message, schema) });
    if (errors.size === errorsMax) break;
  }
  return [...errors.values()];
};

/** A pattern says little to people: the description of its schema is what is expected. */
const sayWhat = (message: string, { type, minimum, maximum, anyOf, description }: TSchema): string => {
  if (!message.startsWith('Expected') || message === 'Expected required property') return message;
  if (type === 'number' && maximum !== undefined)
    return `Expected a whole number from ${minimum} to ${maximum}`;
  return (type === 'string' || anyOf !== undefined) && description ? `Expected ${description}` : message;
};
