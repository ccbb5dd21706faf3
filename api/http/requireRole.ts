import type { Context } from 'elysia';
import { err, type Result } from 'neverthrow';
import type { Permission } from '../../core/permission.ts';
import { type Access, type Forbidden, findForbidden, withAccess } from './access.ts';
import type { Authenticate, AuthFailure, Caller, Person, Role } from './auth.ts';
import { isPerson } from './caller.ts';
import { unwrapOrThrow } from './failures.ts';

/** The part of Elysia's context that a handler behind `requireRole` gets. */
type HandlerContext = Pick<Context, 'request' | 'set'> & {
  readonly params: {
    readonly id?: string | undefined;
    readonly check?: string | undefined;
    readonly deliveryId?: string | undefined;
  };
};

type Handle<C extends Caller, Body> = (context: HandlerContext & { readonly caller: C }) => Promise<Body>;

/** Wraps a route's handler: only callers with the role reach it, and it gets the `caller`. */
export const requireRole = <Body>(authenticate: Authenticate, role: Role, handle: Handle<Person, Body>) =>
  requireAccess(authenticate, { kind: 'role', role }, ({ request, set, params, caller }) => {
    // Service keys have no role.
    if (!isPerson(caller)) throw new Error('a service key reached a route of a role');
    return handle({ request, set, params, caller });
  });

/** Wraps a route's handler: only callers who hold the permission reach it. */
export const requirePermission = <Body>(
  authenticate: Authenticate,
  permission: Permission,
  handle: Handle<Caller, Body>,
) => requireAccess(authenticate, { kind: 'permission', permission }, handle);

/**
 * Wraps a route's handler: only customers, and callers who hold the permission, reach it. It must show what is another
 * customer's only to the latter.
 */
export const requireOwnerOr = <Body>(
  authenticate: Authenticate,
  permission: Permission,
  handle: Handle<Caller, Body>,
) => requireAccess(authenticate, { kind: 'owner', permission }, handle);

/**
 * A wrapper and not a hook, because Elysia awaits an asynchronous hook even if it has nothing to wait for, which costs
 * 2 µs a request.
 */
const requireAccess = <Body>(authenticate: Authenticate, access: Access, handle: Handle<Caller, Body>) =>
  withAccess(
    access,
    // Each member is named: Elysia inspects the parameters and reads the body for a handler that takes all.
    async ({ request, set, params }: HandlerContext): Promise<Body> => {
      const pending = authenticate(request.headers);
      const authenticated = pending instanceof Promise ? await pending : pending;
      return handle({ request, set, params, caller: unwrapOrThrow(permit(authenticated, access)) });
    },
  );

/** For a route that needs a permission only for some of its requests. Throws the failure of a caller without it. */
export const assertPermission = async (
  authenticate: Authenticate,
  headers: Headers,
  permission: Permission,
): Promise<Caller> => unwrapOrThrow(permit(await authenticate(headers), { kind: 'permission', permission }));

const permit = (
  authenticated: Result<Caller, AuthFailure>,
  access: Access,
): Result<Caller, AuthFailure | Forbidden> => {
  if (authenticated.isErr()) return authenticated;
  const forbidden = findForbidden(access, authenticated.value);
  return forbidden === null ? authenticated : err(forbidden);
};
