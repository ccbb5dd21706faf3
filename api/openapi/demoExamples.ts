import { samples } from './samples.ts';

/**
 * Puts what works in this shop into the examples, so that Swagger UI can send them as they are: the id of a product,
 * and an Idempotency-Key that no earlier page has used.
 */
export const withWorkingExamples = (
  document: string,
  { productId, key }: { readonly productId: string | null; readonly key: string },
): string =>
  document.replaceAll(samples.product.id, productId ?? samples.product.id).replaceAll(samples.auditGuid, key);
