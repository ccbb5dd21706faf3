import { permissionNames } from '../../shared/permissions.ts';
import type { KeyRequest } from './recordApi.ts';

/** What a key can have. No key makes keys: after its end, those that it made would still work. */
export const keyPermissions = permissionNames.filter((name) => name !== 'keys:write');

export const expiryDays = [30, 90, 365] as const;

export type KeyForm = {
  readonly name: string;
  readonly permissions: ReadonlySet<string>;
  readonly days: number;
};

export const emptyKeyForm: KeyForm = { name: '', permissions: new Set(), days: 90 };

export type KeyFormProblem = 'name' | 'permissions';

type ReadKeyForm =
  | { readonly kind: 'request'; readonly request: KeyRequest }
  | { readonly kind: 'problems'; readonly problems: ReadonlySet<KeyFormProblem> };

const nameMax = 100;
const dayMs = 86_400_000;

export const readKeyForm = ({ name, permissions, days }: KeyForm, nowMs: number): ReadKeyForm => {
  const problems = new Set<KeyFormProblem>();
  const trimmed = name.trim();
  if (trimmed === '' || [...trimmed].length > nameMax) problems.add('name');
  const chosen = keyPermissions.filter((permission) => permissions.has(permission));
  if (chosen.length === 0) problems.add('permissions');
  if (problems.size > 0) return { kind: 'problems', problems };
  const expiresAt = new Date(nowMs + days * dayMs).toISOString();
  return { kind: 'request', request: { name: trimmed, permissions: chosen, expiresAt } };
};
