import type { Permission } from '../../core/permission.ts';
import type { Caller, Role } from './auth.ts';
import { hasRole, holds } from './caller.ts';
import type { RequestFailure } from './failures.ts';

/**
 * Who may call a route. A route enforces this value, and the OpenAPI document shows the same one: see `accessOf`.
 * - `role`: callers with the role.
 * - `permission`: callers who hold the permission.
 * - `owner`: customers, for what is theirs, and callers who hold the permission, for all customers.
 */
export type Access =
  | { readonly kind: 'role'; readonly role: Role }
  | { readonly kind: 'permission'; readonly permission: Permission }
  | { readonly kind: 'owner'; readonly permission: Permission };

export type Forbidden = Extract<RequestFailure, { kind: 'forbidden' }>;

/** Why the caller may not call the route; null if the caller may. */
export const findForbidden = (access: Access, caller: Caller): Forbidden | null => {
  switch (access.kind) {
    case 'role':
      return hasRole(caller, access.role) ? null : forbid(access, access.role);
    case 'permission':
      return holds(caller, access.permission) ? null : forbid(access, access.permission);
    case 'owner':
      return hasRole(caller, 'customer') || holds(caller, access.permission)
        ? null
        : forbid(access, access.permission);
  }
};

const forbid = (access: Access, missing: string): Forbidden => ({
  kind: 'forbidden',
  reason: `This request needs ${nameAccess(access)}.`,
  missing: [missing],
});

const nameAccess = (access: Access): string => {
  switch (access.kind) {
    case 'role':
      return `a token with the role ${access.role}`;
    case 'permission':
      return `the permission ${access.permission}`;
    case 'owner':
      return `a token with the role customer, or the permission ${access.permission}`;
  }
};

/** What the OpenAPI document says about the access. */
export const describeAccess = (access: Access): string => `Needs ${nameAccess(access)}.`;

const accesses = new WeakMap<object, Access>();

/** Remembers who may call a handler, and returns the handler. */
export const withAccess = <Handler extends object>(access: Access, handler: Handler): Handler => {
  accesses.set(handler, access);
  return handler;
};

/** Who may call a route's handler; null for a handler that anyone may call. */
export const accessOf = (handler: unknown): Access | null =>
  typeof handler === 'function' ? (accesses.get(handler) ?? null) : null;
