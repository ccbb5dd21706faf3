import { samples } from './samples.ts';

/**
 * Puts what works in this shop into the examples, so that Swagger UI can send them as they are: the id of a product,
 * and an Idempotency-Key that no earlier page has used.
 */
export const withWorkingExamples = (
  document: string,
  { productId, key }: { readonly productId: string | null; readonly key: string },
): string =>
  document
    .replaceAll(samples.product.id, productId ?? samples.product.id)
    .replaceAll(samples.auditGuid, asVersion4(key));

/** Keys of clients are of version 4. A tool that reads the document may take no other one from an example. */
const asVersion4 = (id: string): string => `${id.slice(0, 14)}4${id.slice(15, 19)}8${id.slice(20)}`;
