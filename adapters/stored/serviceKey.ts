import { permissionsIn } from '../../core/permission.ts';
import type { CreateServiceKey, ServiceKey } from '../../core/serviceKey.ts';

/** The row of a service key, the same in both databases. */
export type ServiceKeyRow = Omit<ServiceKey, 'permissions' | 'createdBy'> & {
  readonly hash: string;
  readonly permissions: string;
  readonly creatorId: string;
  readonly creatorEmail: string;
};

export const serviceKeyRow = (
  { permissions, createdBy, ...command }: CreateServiceKey,
  createdAtMs: number,
): ServiceKeyRow => ({
  ...command,
  permissions: permissions.join(' '),
  creatorId: createdBy.id,
  creatorEmail: createdBy.email,
  createdAtMs,
  lastUsedAtMs: null,
});

export const serviceKeyFrom = ({
  hash: _,
  permissions,
  creatorId,
  creatorEmail,
  ...row
}: ServiceKeyRow): ServiceKey => ({
  ...row,
  permissions: [...permissionsIn(permissions.split(' '))],
  createdBy: { id: creatorId, email: creatorEmail },
});
