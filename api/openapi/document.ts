import { filterPaths, registerSchemaPath } from '@elysiajs/swagger/utils';
import type { AnyElysia } from 'elysia';
import { accessOf } from '../http/access.ts';
import { activityJson, activityListJson } from '../render/activity.ts';
import { actorJson } from '../render/actor.ts';
import { checkoutJson, checkoutResponseJson } from '../render/checkout.ts';
import type { Component } from '../render/component.ts';
import { customerExportJson } from '../render/customerExport.ts';
import { mailJson, mailListJson } from '../render/mail.ts';
import { moneyJson } from '../render/money.ts';
import { moneyCaseJson, moneyCaseListJson, moneyHealthJson } from '../render/moneyHealth.ts';
import {
  orderDetailJson,
  orderJson,
  orderListJson,
  orderStateJson,
  orderStateListJson,
} from '../render/order.ts';
import { pauseJson } from '../render/pause.ts';
import { actionJson, chargeJson, chargeListJson, paymentJson } from '../render/payment.ts';
import { payOptionsJson } from '../render/payOptions.ts';
import { problemJson } from '../render/problem.ts';
import { productDraftJson, productJson, productListJson } from '../render/product.ts';
import { queueJson, taskJson, taskListJson } from '../render/queue.ts';
import { failuresJson } from '../render/queueFailures.ts';
import { queueHistoryJson } from '../render/queueHistory.ts';
import {
  differenceJson,
  differenceListJson,
  reconciliationJson,
  reconciliationListJson,
} from '../render/reconciliation.ts';
import { refundJson, refundListJson } from '../render/refund.ts';
import { serviceKeyJson, serviceKeyListJson, serviceKeyWithSecretJson } from '../render/serviceKey.ts';
import { sessionJson } from '../render/session.ts';
import { timelineJson, timelineListJson } from '../render/timeline.ts';
import {
  sentEventJson,
  webhookDeliveryJson,
  webhookDeliveryListJson,
  webhookEndpointJson,
  webhookEndpointListJson,
  webhookEndpointWithSecretJson,
} from '../render/webhookEndpoint.ts';
import { commonResponses } from './commonResponses.ts';
import { describeConsistency } from './consistencyToken.ts';
import { writeAmbiguousPathsOut } from './literalPaths.ts';
import { tags } from './operation.ts';
import { publish } from './publish.ts';
import { usedSchemas } from './usedSchemas.ts';

const components: readonly Component[] = [
  moneyJson,
  productJson,
  productListJson,
  orderJson,
  orderListJson,
  orderDetailJson,
  orderStateJson,
  orderStateListJson,
  timelineJson,
  timelineListJson,
  activityJson,
  activityListJson,
  paymentJson,
  actionJson,
  checkoutResponseJson,
  checkoutJson,
  payOptionsJson,
  sessionJson,
  refundJson,
  refundListJson,
  queueJson,
  pauseJson,
  taskJson,
  taskListJson,
  failuresJson,
  queueHistoryJson,
  moneyHealthJson,
  moneyCaseJson,
  moneyCaseListJson,
  actorJson,
  reconciliationJson,
  reconciliationListJson,
  differenceJson,
  differenceListJson,
  customerExportJson,
  serviceKeyJson,
  serviceKeyListJson,
  serviceKeyWithSecretJson,
  webhookEndpointJson,
  webhookEndpointListJson,
  webhookEndpointWithSecretJson,
  webhookDeliveryJson,
  webhookDeliveryListJson,
  sentEventJson,
  mailJson,
  mailListJson,
  chargeJson,
  chargeListJson,
  problemJson,
];

/**
 * Creates the OpenAPI document of `routes`, as JSON text. Only the route parser of the swagger plugin is used.
 * Its page is not, because that page loads Swagger UI from another host.
 */
export const createDocument = (
  routes: AnyElysia['routes'],
  { version, demo }: { readonly version: string; readonly demo: boolean },
): string => {
  const paths = {};
  for (const { method, path, hooks, handler } of routes) {
    // Pages and their files, and the way to them, are no API.
    if (hooks.detail === undefined) continue;
    const detail = describeConsistency(method, path, hooks.detail.entry(accessOf(handler)));
    registerSchemaPath({ schema: paths, method, path, hook: { detail }, models: {} });
  }
  const written = writeAmbiguousPathsOut(filterPaths(paths, { excludeStaticFile: false, exclude: [] }));
  const responses = commonResponses();
  return JSON.stringify({
    // The schemas of 3.1 are JSON Schema. Those of 3.0 have neither `const` nor the type `null`.
    openapi: '3.1.0',
    info: {
      title: 'Cartwright',
      version,
      description: `${introduction}\n\n${demo ? demoToken : token}`,
      contact: { name: 'The Cartwright authors' },
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The server that this document comes from.' }],
    tags,
    paths: written,
    components: {
      schemas: schemasOf({ written, responses }),
      responses,
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: demo ? demoToken : token,
        },
      },
    },
  });
};

/** Components of requests, which are strict. */
const requestComponents: readonly Component[] = [productDraftJson];

/** The components that `content` refers to, and those that they refer to. Outside of demo mode, some are not used. */
const schemasOf = (content: unknown): Readonly<Record<string, unknown>> =>
  usedSchemas(
    new Map([
      ...components.map(({ name, schema }) => [name, publish(schema, 'response')] as const),
      ...requestComponents.map(({ name, schema }) => [name, publish(schema, 'request')] as const),
    ]),
    content,
  );

const introduction =
  'Products, orders, checkouts, refunds, the task queue, and the checks that all money is accounted for.\n\nRequests are strict: unknown fields are refused. Responses are open: they may have new fields, and where a list of words has `x-extensible-enum` or `x-extensible`, new words, at any time. An error is a problem (RFC 9457), and its `type` is a page that says what to do.';

const demoToken =
  'To get a token, send `POST /demo/tokens` with an email address and the role `customer` or `operator`. In this page: open **Demo**, try it out, copy `token` from the response, press **Authorize** and paste it.';

const token =
  'A service key (`cwk_…`), or a token. A token is a JWT of the identity provider of the shop, with `sub`, `email`, `roles` and `exp`, and `permissions` or `scope` if it holds only some. Sign in there, and send it as `Authorization: Bearer <token>`. In this page: press **Authorize** and paste it.';
