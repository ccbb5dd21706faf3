import { type TSchema, t } from 'elysia';
import { strictObject } from '../http/schemas.ts';

/** A named schema of the OpenAPI document, and the reference to it. */
export type Component = { readonly name: string; readonly schema: TSchema; readonly ref: TSchema };

export const component = (name: string, schema: TSchema): Component => ({
  name,
  schema,
  ref: t.Unsafe({ $ref: `#/components/schemas/${name}` }),
});

/**
 * One `Value` for each field of core's type `T`. Times are text in the API, so their names lose the suffix
 * `Ms`. Fields that the API does not show must be in `Hidden`, so that a new field of `T` does not compile
 * until it is shown or hidden.
 */
export type RenderedFields<T, Value, Hidden extends keyof T = never> = {
  readonly [Key in Exclude<keyof T, Hidden> as Key extends `${infer Name}Ms` ? Name : Key]: Value;
};

export const listSchema = ({ name, ref }: Component): Component =>
  component(
    `${name}List`,
    strictObject({
      items: t.Array(ref),
      nextCursor: t.Union([t.String(), t.Null()], {
        description: 'Send it as `cursor` to get the next page. Null on the last page.',
      }),
    }),
  );

export const timeOf = (ms: number): string => new Date(ms).toISOString();
