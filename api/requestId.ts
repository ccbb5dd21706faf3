import type { World } from '../core/world.ts';

const header = 'x-request-id';
const wellFormed = /^[A-Za-z0-9._-]{1,64}$/;

type Reply = { readonly headers: Record<string, string | number | undefined> };

/** Gives the reply an id: the caller's own where it sent one that is safe to log and to repeat, else a new one. */
export const giveRequestId = (request: Request, reply: Reply, { ids, clock }: World): void => {
  const sent = request.headers.get(header);
  reply.headers[header] = sent !== null && wellFormed.test(sent) ? sent : ids.next(clock.nowMs());
};

export const requestIdOf = (reply: Reply): string => String(reply.headers[header] ?? '');
