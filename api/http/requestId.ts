import type { World } from '../../core/world.ts';

const header = 'x-request-id';
const wellFormed = /^[A-Za-z0-9._-]{1,64}$/;

type Reply = { readonly headers: Record<string, string | number | undefined> };

/**
 * Gives each reply an id: the caller's own where it sent one that is safe to log and to repeat, else a new
 * one. A new id is this process's own and a count, since a UUID for every request costs more than it tells.
 */
export const requestIds = ({ ids, clock }: World): ((request: Request, reply: Reply) => void) => {
  const own = ids.next(clock.nowMs()).replaceAll('-', '');
  let count = 0;
  return (request, reply) => {
    const sent = request.headers.get(header);
    reply.headers[header] = sent !== null && wellFormed.test(sent) ? sent : `${own}-${++count}`;
  };
};

export const requestIdOf = (reply: Reply): string => String(reply.headers[header] ?? '');
