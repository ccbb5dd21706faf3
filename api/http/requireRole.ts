import type { Context } from 'elysia';
import { err, type Result } from 'neverthrow';
import type { Authenticate, AuthFailure, Caller, Role } from './auth.ts';
import { type RequestFailure, unwrapOrThrow } from './failures.ts';

/** The part of Elysia's context that a handler behind `requireRole` gets. */
type HandlerContext = Pick<Context, 'request' | 'set'> & {
  readonly params: { readonly id?: string | undefined; readonly check?: string | undefined };
};

/**
 * Wraps a route's handler: only callers with one of the `allowed` roles reach it, and it gets the `caller`. A
 * wrapper and not a hook, because Elysia awaits an asynchronous hook even if it has nothing to wait for, which
 * costs 2 µs a request.
 */
export const requireRole =
  <Body>(
    authenticate: Authenticate,
    allowed: readonly [Role, ...Role[]],
    handle: (context: HandlerContext & { readonly caller: Caller }) => Promise<Body>,
  ) =>
  // Each member is named: Elysia inspects the parameters and reads the body for a handler that takes all.
  async ({ request, set, params }: HandlerContext): Promise<Body> => {
    const pending = authenticate(request.headers);
    const authenticated = pending instanceof Promise ? await pending : pending;
    return handle({ request, set, params, caller: unwrapOrThrow(permit(authenticated, allowed)) });
  };

/** For a route that needs a role only for some of its requests. Throws the failure if the caller has none. */
export const assertRole = async (
  authenticate: Authenticate,
  headers: Headers,
  allowed: readonly [Role, ...Role[]],
): Promise<Caller> => unwrapOrThrow(permit(await authenticate(headers), allowed));

const permit = (
  authenticated: Result<Caller, AuthFailure>,
  allowed: readonly Role[],
): Result<Caller, AuthFailure | Extract<RequestFailure, { kind: 'forbidden' }>> => {
  if (authenticated.isErr()) return authenticated;
  const { roles } = authenticated.value;
  return allowed.some((role) => roles.includes(role))
    ? authenticated
    : err({ kind: 'forbidden', reason: `This request needs a token with the role ${allowed.join(' or ')}.` });
};

export const isOperator = ({ roles }: Caller): boolean => roles.includes('operator');
