import type { Authenticate, Caller } from './auth.ts';
import { isPerson } from './caller.ts';

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

/** Who sent a request: the id of a customer or operator, or `key:` and the id of a service key. Null for anybody. */
export const callerIdOf = ({ headers }: Request): string | null => {
  const caller = callers.get(headers);
  if (caller === undefined) return null;
  return isPerson(caller) ? caller.id : `key:${caller.id}`;
};
