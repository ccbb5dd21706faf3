import type { World } from '../../core/world.ts';

const header = 'x-request-id';
const wellFormed = /^[A-Za-z0-9._-]{1,64}$/;

type ResponseSettings = { readonly headers: Record<string, string | number | undefined> };

/**
 * Creates a function that sets the header `X-Request-Id` of a response. It takes the caller's id if that is
 * safe to log and to send back. A new id is a prefix of this process and a counter, which is cheaper than a
 * UUID for each request.
 */
export const createRequestIdAssigner = ({
  ids,
  clock,
}: World): ((request: Request, response: ResponseSettings) => void) => {
  const prefix = ids.next(clock.nowMs()).replaceAll('-', '');
  let count = 0;
  return (request, response) => {
    const sent = request.headers.get(header);
    response.headers[header] = sent !== null && wellFormed.test(sent) ? sent : `${prefix}-${++count}`;
  };
};

export const requestIdOf = (response: ResponseSettings): string => String(response.headers[header] ?? '');
