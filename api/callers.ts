import { Elysia } from 'elysia';
import { err, type Result } from 'neverthrow';
import type { Authenticate, AuthFailure, Caller, Role } from './auth.ts';
import { orRefuse, type RequestFailure } from './failures.ts';

/**
 * Lets only callers with one of these roles to the routes after it, and gives them the `caller`. It is a
 * `derive` that throws: of Elysia 1.4's ways this is the one that ends the request on every runtime (a macro
 * that answers does not).
 */
export const signedIn = (authenticate: Authenticate, ...allowed: readonly [Role, ...Role[]]) =>
  // It must be an async function, though it seldom waits: Elysia reads that off the function, and would not wait
  // for the promise of any other, but let the request through.
  new Elysia({ name: 'signedIn', seed: allowed }).derive({ as: 'scoped' }, async ({ request }) => {
    const authenticated = authenticate(request.headers);
    const known = authenticated instanceof Promise ? await authenticated : authenticated;
    return { caller: orRefuse(permit(known, allowed)) };
  });

const permit = (
  authenticated: Result<Caller, AuthFailure>,
  allowed: readonly Role[],
): Result<Caller, AuthFailure | Extract<RequestFailure, { kind: 'forbidden' }>> => {
  if (authenticated.isErr()) return authenticated;
  const { roles } = authenticated.value;
  return allowed.some((role) => roles.includes(role))
    ? authenticated
    : err({ kind: 'forbidden', reason: `This needs a token with the role ${allowed.join(' or ')}.` });
};

export const isOperator = ({ roles }: Caller): boolean => roles.includes('operator');
