import { type TSchema, t } from 'elysia';
import { grantablePermissions, type ServiceKey } from '../../core/serviceKey.ts';
import { id, oneOf, strictObject, time } from '../http/schemas.ts';
import { component, listSchema, type RenderedFields, timeOf } from './component.ts';

const fields = {
  id,
  name: t.String(),
  permissions: t.Array(oneOf(grantablePermissions)),
  createdBy: strictObject({ id: t.String(), email: t.String() }),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: t.Union([time, t.Null()], {
    description:
      'The minute in which the key was last used, as far as a process that takes commands saw it. Null if it never was.',
  }),
} satisfies RenderedFields<ServiceKey, TSchema>;

export const serviceKeyJson = component('ServiceKey', strictObject(fields));
export const serviceKeyListJson = listSchema(serviceKeyJson);

export const serviceKeyWithSecretJson = component(
  'ServiceKeyWithSecret',
  strictObject({
    ...fields,
    key: t.Optional(
      t.String({
        description: 'The secret. It is shown once: a replay under an Idempotency-Key leaves it out.',
      }),
    ),
  }),
);

export const renderServiceKey = (key: ServiceKey) =>
  ({
    id: key.id,
    name: key.name,
    permissions: key.permissions,
    createdBy: { id: key.createdBy.id, email: key.createdBy.email },
    createdAt: timeOf(key.createdAtMs),
    expiresAt: timeOf(key.expiresAtMs),
    lastUsedAt: key.lastUsedAtMs === null ? null : timeOf(key.lastUsedAtMs),
  }) satisfies RenderedFields<ServiceKey, unknown>;
