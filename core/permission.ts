/**
 * What operators may do, one word for each kind of command and read. Who holds which is decided once, when a token or
 * service key is read.
 */
export const permissions = [
  'orders:read',
  'products:write',
  'refunds:write',
  'queue:read',
  'queue:write',
  'money:read',
  'money:write',
  'customers:write',
  'activity:read',
  'keys:write',
  'webhooks:write',
] as const;
export type Permission = (typeof permissions)[number];

const everyPermission: ReadonlySet<Permission> = new Set(permissions);
const noPermission: ReadonlySet<Permission> = new Set();

/** Those of `words` that are permissions of ours. A token of an identity provider may have words for other services. */
export const permissionsIn = (words: readonly string[]): ReadonlySet<Permission> =>
  new Set(permissions.filter((permission) => words.includes(permission)));

/**
 * What a token holds. A token that names permissions holds those and no others, whatever its roles are. `named` is null
 * for a token that names none; then an operator holds all.
 */
export const heldPermissions = (
  isOperator: boolean,
  named: ReadonlySet<Permission> | null,
): ReadonlySet<Permission> => named ?? (isOperator ? everyPermission : noPermission);

/** True if nothing is withheld from the holder. */
export const holdsAll = (held: ReadonlySet<Permission>): boolean => held.size === everyPermission.size;
