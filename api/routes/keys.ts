import { Elysia, t } from 'elysia';
import { err, ok, type Result } from 'neverthrow';
import { firstResult } from '../../core/commandKey.ts';
import { type Permission, permissionsIn } from '../../core/permission.ts';
import { grantablePermissions, permissionsBeyond } from '../../core/serviceKey.ts';
import type { ApiDeps } from '../deps.ts';
import type { Forbidden } from '../http/access.ts';
import type { Authenticate, Caller } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { isPerson } from '../http/caller.ts';
import { createCheck, eachOnce } from '../http/check.ts';
import { listOf, readCursor } from '../http/cursor.ts';
import { wasEndedBefore } from '../http/endedBefore.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { optionalCommandKeyOf } from '../http/idempotencyKey.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { readQuery } from '../http/query.ts';
import { requirePermission } from '../http/requireRole.ts';
import { cursor, limit, limitDefault, oneOf, storedId, strictObject, text } from '../http/schemas.ts';
import { createServiceKeySecret, hashServiceKey } from '../http/serviceKeyAuth.ts';
import { futureTimeField, readTime, refusePast } from '../http/time.ts';
import {
  idParameter,
  operation,
  optionalKeyFailures,
  optionalKeyParameter,
  queryParameters,
} from '../openapi/operation.ts';
import { serviceKeySamples } from '../openapi/serviceKeySamples.ts';
import { renderServiceKey, serviceKeyListJson, serviceKeyWithSecretJson } from '../render/serviceKey.ts';

const filters = createCheck(strictObject({ cursor: t.Optional(cursor), limit: t.Optional(limit) }));

/** The id of a key. */
const cursorKey = createCheck(storedId);

export const createServiceKeyQueries = ({ store: { serviceKeys } }: ApiDeps, authenticate: Authenticate) =>
  new Elysia().get(
    '/keys',
    requirePermission(authenticate, 'keys:write', async ({ request }) => {
      const query = unwrapOrThrow(readQuery(request.url, filters));
      const page = await serviceKeys.list({
        after: unwrapOrThrow(readCursor(query.cursor, cursorKey)),
        limit: query.limit ?? limitDefault,
      });
      return listOf(unwrapOrThrow(page), renderServiceKey);
    }),
    operation({
      tag: 'Keys',
      summary: 'List service keys',
      description: 'Newest first, expired ones too. A key that was ended is not listed.',
      parameters: queryParameters(filters),
      responses: {
        200: { description: 'A page.', schema: serviceKeyListJson.ref, example: serviceKeySamples.list },
      },
      failures: ['validation_failed'],
    }),
  );

const keyBody = eachOnce(
  createCheck(
    strictObject({
      name: text(100, 'a name'),
      permissions: t.Array(oneOf(grantablePermissions), { minItems: 1, documented: { uniqueItems: true } }),
      expiresAt: futureTimeField,
    }),
  ),
  'permissions',
);

export const createServiceKeyCommands = (
  { store: { activity, serviceKeys }, world }: ApiDeps,
  authenticate: Authenticate,
  /** Makes this process refuse an ended key at once. */
  forget: (keyId: string) => void,
) =>
  new Elysia()
    .post(
      '/keys',
      requirePermission(authenticate, 'keys:write', async ({ caller, request, set }) => {
        const createKey = unwrapOrThrow(optionalCommandKeyOf(request, caller.id, 'POST /keys'));
        const body = unwrapOrThrow(await readBody(request, keyBody));
        const nowMs = world.clock.nowMs();
        const expiresAtMs = unwrapOrThrow(readTime('/expiresAt', body.expiresAt));
        const refusal = refusePast('/expiresAt', expiresAtMs, nowMs);
        if (createKey === null && refusal !== null) throw httpError(refusal);
        const permissions = unwrapOrThrow(grantedBy(caller, [...permissionsIn(body.permissions)]));
        const secret = createServiceKeySecret(world.random);
        const command = {
          id: world.ids.next(nowMs),
          name: body.name,
          permissions,
          createdBy: makerOf(caller),
          expiresAtMs,
          hash: hashServiceKey(secret),
          command: operatorCommand(world, caller, set),
        };
        const created =
          createKey === null
            ? (await serviceKeys.create(command, nowMs)).map(firstResult)
            : await serviceKeys.createOnce(
                { ...command, commandKey: createKey(body.name, permissions, expiresAtMs) },
                nowMs,
                refusal,
              );
        const { value, replayed } = unwrapOrThrow(created);
        set.status = 201;
        if (!replayed) return { ...renderServiceKey(value), key: secret };
        set.headers['idempotent-replayed'] = 'true';
        return renderServiceKey(value);
      }),
      operation({
        tag: 'Keys',
        summary: 'Make a service key',
        description:
          'A program sends the key as a bearer token, in place of a JWT. It has the permissions that it was made with, until it expires or is ended. Nobody can give a key a permission that they lack. Only its hash is stored, so store the key itself: it is shown once.',
        parameters: [optionalKeyParameter],
        body: { schema: keyBody.schema, example: serviceKeySamples.body },
        responses: {
          201: {
            description: 'The key, with its secret.',
            schema: serviceKeyWithSecretJson.ref,
            example: serviceKeySamples.created,
            headers: ['idempotent-replayed'],
          },
        },
        failures: optionalKeyFailures,
      }),
    )
    .delete(
      '/keys/:id',
      requirePermission(authenticate, 'keys:write', async ({ caller, params, set }) => {
        const id = unwrapOrThrow(idOf(params));
        const command = operatorCommand(world, caller, set);
        const isEnded = unwrapOrThrow(await serviceKeys.end(id, world.clock.nowMs(), command));
        forget(id);
        const ended = { action: 'key.end', target: id } as const;
        // An operator who mistypes the id of a stolen key must not believe that it is ended.
        if (!isEnded && !unwrapOrThrow(await wasEndedBefore(activity, ended)))
          throw httpError({ kind: 'not_found' });
        return new Response(null, { status: 204 });
      }),
      operation({
        tag: 'Keys',
        summary: 'End a service key',
        description: 'Every process refuses it within 60 seconds. A key that was ended before is no failure.',
        parameters: [idParameter(serviceKeySamples.created.id)],
        responses: { 204: { description: 'The key is ended.' } },
        failures: ['not_found'],
      }),
    );

const grantedBy = (
  { permissions }: Caller,
  wanted: readonly Permission[],
): Result<readonly Permission[], Forbidden> => {
  const missing = permissionsBeyond(permissions, wanted);
  if (missing.length === 0) return ok(wanted);
  const reason = `A key cannot have a permission that its maker lacks: ${missing.join(', ')}.`;
  return err({ kind: 'forbidden', reason, missing });
};

const makerOf = (caller: Caller) => {
  if (!isPerson(caller)) throw new Error('a service key reached a route that makes keys');
  return { id: caller.id, email: caller.email };
};
