import { heldPermissions, type Permission, permissionsIn } from '../../core/permission.ts';

/**
 * What a verified token holds. Null if its claim `permissions` is not a list of words.
 *
 * `permissions` says what the person may do, and counts wherever it is sent: an identity provider that sends an empty
 * list means that nothing is allowed. `scope` says what the application may do for the person. Most tokens have a scope
 * that is not about us (`openid email`), so it counts only if one of its words is ours. Where both count, a permission
 * must be in both. Some issuers write the words of a scope as a list.
 */
export const permissionsOf = (
  claims: Readonly<Record<string, unknown>>,
  isOperator: boolean,
): ReadonlySet<Permission> | null => {
  const { permissions, scope } = claims;
  const scoped = permissionsIn(wordsOf(scope));
  const fromScope = scoped.size === 0 ? null : scoped;
  if (permissions === undefined) return heldPermissions(isOperator, fromScope);
  if (!Array.isArray(permissions) || !permissions.every((each) => typeof each === 'string')) return null;
  const named = permissionsIn(permissions);
  return heldPermissions(isOperator, fromScope === null ? named : both(named, fromScope));
};

const wordsOf = (scope: unknown): readonly string[] =>
  (Array.isArray(scope) ? scope : [scope]).flatMap((words) =>
    typeof words === 'string' ? words.split(' ') : [],
  );

const both = (one: ReadonlySet<Permission>, other: ReadonlySet<Permission>): ReadonlySet<Permission> =>
  new Set([...one].filter((permission) => other.has(permission)));
