import { filterPaths, registerSchemaPath } from '@elysiajs/swagger/utils';
import type { AnyElysia } from 'elysia';
import { accessOf } from '../http/access.ts';
import { activityJson, activityListJson } from '../render/activity.ts';
import { actorJson } from '../render/actor.ts';
import { checkoutJson, checkoutResponseJson } from '../render/checkout.ts';
import type { Component } from '../render/component.ts';
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
import { actionJson, chargeJson, chargeListJson, paymentJson } from '../render/payment.ts';
import { problemJson } from '../render/problem.ts';
import { productJson, productListJson } from '../render/product.ts';
import { queueJson, taskJson, taskListJson } from '../render/queue.ts';
import {
  differenceJson,
  differenceListJson,
  reconciliationJson,
  reconciliationListJson,
} from '../render/reconciliation.ts';
import { refundJson, refundListJson } from '../render/refund.ts';
import { newServiceKeyJson, serviceKeyJson, serviceKeyListJson } from '../render/serviceKey.ts';
import { timelineJson, timelineListJson } from '../render/timeline.ts';
import { tags } from './operation.ts';

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
  refundJson,
  refundListJson,
  queueJson,
  taskJson,
  taskListJson,
  moneyHealthJson,
  moneyCaseJson,
  moneyCaseListJson,
  actorJson,
  reconciliationJson,
  reconciliationListJson,
  differenceJson,
  differenceListJson,
  serviceKeyJson,
  serviceKeyListJson,
  newServiceKeyJson,
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
export const createDocument = (routes: AnyElysia['routes'], version: string): string => {
  const paths = {};
  for (const { method, path, hooks, handler } of routes) {
    const detail = hooks.detail.entry(accessOf(handler));
    registerSchemaPath({ schema: paths, method, path, hook: { detail }, models: {} });
  }
  const document = {
    // The schemas of 3.1 are JSON Schema. Those of 3.0 have neither `const` nor the type `null`.
    openapi: '3.1.0',
    info: {
      title: 'Cartwright',
      version,
      description:
        'Products, orders, checkouts, refunds, the task queue, and the checks that all money is accounted for.',
    },
    tags: tags.map((name) => ({ name })),
    paths: filterPaths(paths, { excludeStaticFile: false, exclude: [] }),
    components: {
      schemas: Object.fromEntries(components.map(({ name, schema }) => [name, schema])),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'A service key (`cwk_…`), or a JWT with the claims `sub` (the customer’s id), `email`, `roles` (`customer`, `operator`) and `exp`, and `permissions` or `scope` if it holds only some. In demo mode, `POST /demo/tokens` gives one.',
        },
      },
    },
  };
  return JSON.stringify(document, (_, value) => simplify(value));
};

type ConstUnion = { readonly anyOf: readonly { readonly const: string }[] };

/**
 * Replaces TypeBox's forms by the usual ones: `enum` for a union of constants, and `integer` for whole numbers.
 */
const simplify = (schema: unknown): unknown => {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (isConstUnion(schema)) {
    const { anyOf, ...rest } = schema;
    return { ...rest, type: 'string', enum: anyOf.map(({ const: value }) => value) };
  }
  if ('multipleOf' in schema && schema.multipleOf === 1) {
    const { multipleOf: _, ...rest } = schema;
    return { ...rest, type: 'integer' };
  }
  return schema;
};

const isConstUnion = (schema: object): schema is ConstUnion =>
  'anyOf' in schema &&
  Array.isArray(schema.anyOf) &&
  schema.anyOf.every((one) => typeof one === 'object' && one !== null && 'const' in one);
