import { Elysia } from 'elysia';
import { firstResult } from '../../core/commandKey.ts';
import { testEventId } from '../../core/event.ts';
import type { ApiDeps } from '../deps.ts';
import type { Authenticate } from '../http/auth.ts';
import { readBody } from '../http/body.ts';
import { createCheck, eachOnce } from '../http/check.ts';
import { wasEndedBefore } from '../http/endedBefore.ts';
import { httpError, unwrapOrThrow } from '../http/failures.ts';
import { optionalCommandKeyOf } from '../http/idempotencyKey.ts';
import { operatorCommand } from '../http/operatorCommand.ts';
import { idOf } from '../http/path.ts';
import { requirePermission } from '../http/requireRole.ts';
import { createWebhookSecret, endpointChange, newEndpoint } from '../http/webhookSchemas.ts';
import { idParameter, operation, optionalKeyFailures, optionalKeyParameter } from '../openapi/operation.ts';
import { webhookSamples } from '../openapi/webhookSamples.ts';
import {
  noBacklog,
  renderWebhookEndpoint,
  sentEventJson,
  webhookEndpointWithSecretJson,
} from '../render/webhookEndpoint.ts';
import { findEndpoint, readBacklog, readEndpoint } from './webhookEndpointQueries.ts';

const endpointBody = eachOnce(createCheck(newEndpoint), 'events');
const changeBody = eachOnce(createCheck(endpointChange), 'events');

const tag = 'Webhook endpoints';

export const createWebhookEndpointRoute = (
  { store: { subscriptions }, world, checkWebhookUrl }: ApiDeps,
  authenticate: Authenticate,
) =>
  new Elysia().post(
    '/webhook-endpoints',
    requirePermission(authenticate, 'webhooks:write', async ({ caller, request, set }) => {
      const createKey = unwrapOrThrow(optionalCommandKeyOf(request, caller.id, 'POST /webhook-endpoints'));
      const { url, events } = unwrapOrThrow(await readBody(request, endpointBody));
      const checked = await checkWebhookUrl(url);
      if (createKey === null) unwrapOrThrow(checked);
      const nowMs = world.clock.nowMs();
      const secret = createWebhookSecret(world.random);
      const command = {
        id: world.ids.next(nowMs),
        kind: 'webhook',
        target: url,
        types: events,
        secret,
        command: operatorCommand(world, caller, set),
      } as const;
      const created =
        createKey === null
          ? (await subscriptions.create(command, nowMs)).map(firstResult)
          : await subscriptions.createOnce(
              { ...command, commandKey: createKey(url, events) },
              nowMs,
              // The host may have another address by now, and the endpoint that was made is still the answer.
              checked.isErr() ? checked.error : null,
            );
      const { value, replayed } = unwrapOrThrow(created);
      set.status = 201;
      set.headers.location = `/webhook-endpoints/${value.id}`;
      if (!replayed) return { ...renderWebhookEndpoint(value, noBacklog), secret };
      set.headers['idempotent-replayed'] = 'true';
      return renderWebhookEndpoint(value, noBacklog);
    }),
    operation({
      tag,
      summary: 'Make a webhook endpoint',
      description:
        'The shop sends it each event of these types that happens from now on, at least once, and in order for each order. Requests are signed as Standard Webhooks with the secret, which is shown once. The URL must be https, with a host that has public addresses alone.',
      parameters: [optionalKeyParameter],
      body: { schema: endpointBody.schema, example: webhookSamples.body },
      responses: {
        201: {
          description: 'The endpoint, with its secret.',
          schema: webhookEndpointWithSecretJson.ref,
          example: webhookSamples.created,
          headers: ['location', 'idempotent-replayed'],
        },
      },
      failures: [...optionalKeyFailures, 'url_refused'],
    }),
  );

export const createWebhookEndpointCommands = (
  { store, world, checkWebhookUrl }: ApiDeps,
  authenticate: Authenticate,
) =>
  new Elysia()
    .patch(
      '/webhook-endpoints/:id',
      requirePermission(authenticate, 'webhooks:write', async ({ caller, params, request, set }) => {
        const { url, events, paused, secret } = unwrapOrThrow(await readBody(request, changeBody));
        const { id } = await findEndpoint(store, params);
        if (url !== undefined) unwrapOrThrow(await checkWebhookUrl(url));
        const newSecret = secret === undefined ? undefined : createWebhookSecret(world.random);
        const change = {
          id,
          ...(url !== undefined && { target: url }),
          ...(events !== undefined && { types: events }),
          ...(paused !== undefined && { paused }),
          ...(newSecret !== undefined && { secret: newSecret }),
          command: operatorCommand(world, caller, set),
        };
        // Before the change: a failure after it would lose the new secret.
        const backlog = unwrapOrThrow(await readBacklog(store, id));
        const changed = unwrapOrThrow(await store.subscriptions.change(change, world.clock.nowMs()));
        if (changed === null) throw httpError({ kind: 'not_found' });
        const body = renderWebhookEndpoint(changed, backlog);
        return newSecret === undefined ? body : { ...body, secret: newSecret };
      }),
      operation({
        tag,
        summary: 'Change a webhook endpoint',
        description:
          'What is left out stays. `"paused": false` sends what has waited, within a minute. `"secret": "rotate"` answers a new secret once. For 24 hours each request has two signatures, one of it and one of the secret before it, so that the receiver can change it in peace.',
        parameters: [idParameter(webhookSamples.id)],
        body: { schema: changeBody.schema, example: webhookSamples.change },
        responses: {
          200: {
            description: 'The endpoint as it now stands.',
            schema: webhookEndpointWithSecretJson.ref,
            example: webhookSamples.created,
          },
        },
        failures: ['not_found', 'url_refused'],
      }),
    )
    .delete(
      '/webhook-endpoints/:id',
      requirePermission(authenticate, 'webhooks:write', async ({ caller, params, set }) => {
        const id = unwrapOrThrow(idOf(params));
        const ended = { action: 'webhook.end', target: id } as const;
        if ((await readEndpoint(store, id)) !== null) {
          const command = operatorCommand(world, caller, set);
          unwrapOrThrow(await store.subscriptions.end(id, world.clock.nowMs(), command));
        } else if (!unwrapOrThrow(await wasEndedBefore(store.activity, ended)))
          throw httpError({ kind: 'not_found' });
        return new Response(null, { status: 204 });
      }),
      operation({
        tag,
        summary: 'Delete a webhook endpoint',
        description:
          'With its deliveries, and the events that it has not got. An endpoint that was deleted before is no failure.',
        parameters: [idParameter(webhookSamples.id)],
        responses: { 204: { description: 'The endpoint is deleted.' } },
        failures: ['not_found'],
      }),
    );

const deliveryParameter = { ...idParameter(webhookSamples.eventId), name: 'deliveryId' };

export const createWebhookSendCommands = ({ store, world }: ApiDeps, authenticate: Authenticate) =>
  new Elysia()
    .post(
      '/webhook-endpoints/:id/test',
      requirePermission(authenticate, 'webhooks:write', async ({ caller, params, set }) => {
        const { id } = await findEndpoint(store, params);
        const nowMs = world.clock.nowMs();
        unwrapOrThrow(await store.events.sendTest(id, nowMs, operatorCommand(world, caller, set)));
        set.status = 202;
        return { eventId: testEventId(id, nowMs) };
      }),
      operation({
        tag,
        summary: 'Send a test event to an endpoint',
        description:
          'An event of the type `test`, to this endpoint alone. Its outcome is in the deliveries. An endpoint that is paused gets it when it goes on.',
        parameters: [idParameter(webhookSamples.id)],
        responses: {
          202: {
            description: 'The event will be sent.',
            schema: sentEventJson.ref,
            example: webhookSamples.sent,
          },
        },
        failures: ['not_found'],
      }),
    )
    .post(
      '/webhook-endpoints/:id/deliveries/:deliveryId/resend',
      requirePermission(authenticate, 'webhooks:write', async ({ caller, params, set }) => {
        const { id: subscriptionId } = await findEndpoint(store, params);
        const id = unwrapOrThrow(idOf({ id: params.deliveryId }));
        const command = operatorCommand(world, caller, set);
        const nowMs = world.clock.nowMs();
        const isKnown = unwrapOrThrow(await store.deliveries.resend({ subscriptionId, id }, nowMs, command));
        if (!isKnown) throw httpError({ kind: 'not_found' });
        set.status = 202;
        return { eventId: id };
      }),
      operation({
        tag,
        summary: 'Send an event again',
        description:
          'With the same id and the same body, whether or not it was delivered. One that waits for its next attempt is sent now. Later events of its order wait for it.',
        parameters: [idParameter(webhookSamples.id), deliveryParameter],
        responses: {
          202: {
            description: 'The event will be sent.',
            schema: sentEventJson.ref,
            example: webhookSamples.sent,
          },
        },
        failures: ['not_found'],
      }),
    );
