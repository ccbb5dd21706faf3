import { t } from 'elysia';
import { permissions } from '../../core/permission.ts';
import { type Person, roles } from '../http/auth.ts';
import { openWord, strictObject, time } from '../http/schemas.ts';
import { component, timeOf } from './component.ts';

export const sessionJson = component(
  'Session',
  strictObject({
    customerId: t.String(),
    email: t.String(),
    roles: t.Array(openWord(roles, 'A role. New roles may be added.')),
    permissions: t.Array(openWord(permissions, 'A permission. New permissions may be added.')),
    expiresAt: time,
  }),
);

export const renderSession = ({ id, email, roles, permissions }: Person, expiresMs: number) => ({
  customerId: id,
  email,
  roles,
  permissions: [...permissions],
  expiresAt: timeOf(expiresMs),
});
