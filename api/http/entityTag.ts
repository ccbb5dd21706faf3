import { createHash } from 'node:crypto';

/** The strong entity tag of a content (RFC 9110): the same bytes have the same one. */
export const entityTagOf = (bytes: Uint8Array): string =>
  `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 27)}"`;

/** True if an `If-None-Match` says that the client has what the tag names. */
export const isHeldByClient = (ifNoneMatch: string | null, entityTag: string): boolean =>
  (ifNoneMatch ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === '*' || tag === entityTag);
