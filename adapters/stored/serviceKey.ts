import { type Permission, permissionsIn } from '../../core/permission.ts';
import type { CreateServiceKey, ServiceKey } from '../../core/serviceKey.ts';

/** The row of a service key, the same in both databases. */
export type ServiceKeyRow = Omit<ServiceKey, 'permissions' | 'createdBy'> & {
  readonly hash: string;
  readonly permissions: string;
  readonly creatorId: string;
  readonly creatorEmail: string;
};

export const serviceKeyRow = (
  { permissions, createdBy, command: _, ...key }: CreateServiceKey,
  createdAtMs: number,
): ServiceKeyRow => ({
  ...key,
  permissions: permissions.join(' '),
  creatorId: createdBy.id,
  creatorEmail: createdBy.email,
  createdAtMs,
  lastUsedAtMs: null,
});

export const storedPermissions = (words: string): readonly Permission[] => [
  ...permissionsIn(words.split(' ')),
];

export const serviceKeyFrom = ({
  hash: _,
  permissions,
  creatorId,
  creatorEmail,
  ...row
}: ServiceKeyRow): ServiceKey => ({
  ...row,
  permissions: storedPermissions(permissions),
  createdBy: { id: creatorId, email: creatorEmail },
});
