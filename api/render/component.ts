import { type TSchema, t } from 'elysia';

/** A schema that the OpenAPI document names once, and the reference to it. */
export type Component = { readonly name: string; readonly schema: TSchema; readonly ref: TSchema };

export const component = (name: string, schema: TSchema): Component => ({
  name,
  schema,
  ref: t.Unsafe({ $ref: `#/components/schemas/${name}` }),
});

/** An object of exactly these members. */
export const exactly = <const Properties extends Record<string, TSchema>>(
  properties: Properties,
  description?: string,
) =>
  t.Object(properties, {
    additionalProperties: false,
    ...(description === undefined ? {} : { description }),
  });

/**
 * A `Value` for each field of core's `T`, under the name that the API shows it by: times are text here, and lose their
 * unit. What is not shown has to be named in `Hidden`, so that a field that is added to `T` is not left out by mistake.
 */
export type Shown<T, Value, Hidden extends keyof T = never> = {
  readonly [Key in Exclude<keyof T, Hidden> as Key extends `${infer Name}Ms` ? Name : Key]: Value;
};

export const listSchema = ({ name, ref }: Component): Component =>
  component(
    `${name}List`,
    exactly({
      items: t.Array(ref),
      nextCursor: t.Union([t.String(), t.Null()], {
        description: 'To be sent as cursor for the next page; null at the end.',
      }),
    }),
  );

export const timeOf = (ms: number): string => new Date(ms).toISOString();
