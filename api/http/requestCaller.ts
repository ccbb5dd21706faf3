import { createHash } from 'node:crypto';
import type { Authenticate, Caller } from './auth.ts';
import { isPerson } from './caller.ts';

const hashOf = (id: string): string => `sha256:${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;

/** By the headers of the request, which is what authentication gets. */
const callers = new WeakMap<Headers, Caller>();

/** Authenticates, and remembers the caller for the log line of the request. */
export const rememberCallers =
  (authenticate: Authenticate): Authenticate =>
  (headers) => {
    const authenticated = authenticate(headers);
    if (authenticated instanceof Promise)
      return authenticated.then((result) => result.map((caller) => remember(headers, caller)));
    if (authenticated.isOk()) remember(headers, authenticated.value);
    return authenticated;
  };

const remember = (headers: Headers, caller: Caller): Caller => {
  callers.set(headers, caller);
  return caller;
};

/**
 * Who sent a request: the id of a customer or operator, or `key:` and the id of a service key. Null for anybody. Some
 * issuers use the e-mail address as the id: then it is a part of its hash, by which lines of one caller can be found.
 */
export const callerIdOf = ({ headers }: Request): string | null => {
  const caller = callers.get(headers);
  if (caller === undefined) return null;
  if (!isPerson(caller)) return `key:${caller.id}`;
  return caller.id.includes('@') ? hashOf(caller.id) : caller.id;
};
