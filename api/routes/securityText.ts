import { Elysia } from 'elysia';
import type { ApiDeps } from '../deps.ts';
import { httpError } from '../http/failures.ts';

const dayMs = 86_400_000;
/** A reader believes the file until then; RFC 9116 recommends less than a year. */
const validDays = 180;

/** Tells whoever finds a hole in the shop where to report it (RFC 9116). It is for people, and no part of the API. */
export const createSecurityTextRoute = ({ securityContact = null, world }: ApiDeps) =>
  new Elysia().get('/.well-known/security.txt', ({ set }) => {
    if (securityContact === null) throw httpError({ kind: 'not_found' });
    set.headers['content-type'] = 'text/plain; charset=utf-8';
    const today = Math.floor(world.clock.nowMs() / dayMs);
    const expires = new Date((today + validDays) * dayMs).toISOString();
    return `Contact: ${securityContact}\nExpires: ${expires}\nPreferred-Languages: en, vi\n`;
  });
