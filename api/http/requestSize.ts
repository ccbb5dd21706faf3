import type { RequestFailure } from './failures.ts';

/**
 * In characters, which are ASCII. A query of 10,000 letters of three bytes each is refused by its own limit, so that the
 * problem names the parameter; in a URL it has 90,000 characters.
 */
const limits = { url: 128 * 1024, headers: 32 * 1024 };

/**
 * The most that the runtime's parser should accept for both together. It answers what is larger without our problem
 * response.
 */
export const parserBytesMax = 192 * 1024;

/** Why the request line or the headers are too large; null if they are not. */
export const findOversize = ({ url, headers }: Request): RequestFailure | null => {
  if (url.length > limits.url) return { kind: 'uri_too_long' };
  let size = 0;
  // On Bun twice as fast as a loop over the entries, and this runs for every request.
  headers.forEach((value, name) => {
    size += name.length + value.length;
  });
  return size > limits.headers ? { kind: 'headers_too_large' } : null;
};
