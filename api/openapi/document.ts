import { filterPaths, registerSchemaPath } from '@elysiajs/swagger/utils';
import type { AnyElysia } from 'elysia';
import { checkoutAnswerJson, checkoutJson } from '../render/checkout.ts';
import type { Component } from '../render/component.ts';
import { mailJson, mailListJson } from '../render/mail.ts';
import { moneyJson } from '../render/money.ts';
import { findingJson, findingListJson, moneyHealthJson } from '../render/moneyHealth.ts';
import { orderDetailJson, orderJson, orderListJson } from '../render/order.ts';
import { actionJson, chargeJson, chargeListJson, paymentJson } from '../render/payment.ts';
import { problemJson } from '../render/problem.ts';
import { productJson, productListJson } from '../render/product.ts';
import { queueJson, taskJson, taskListJson } from '../render/queue.ts';
import {
  differenceJson,
  differenceListJson,
  moneyAuditJson,
  moneyAuditListJson,
} from '../render/reconciliation.ts';
import { refundJson, refundListJson } from '../render/refund.ts';
import { tags } from './operation.ts';

const components: readonly Component[] = [
  moneyJson,
  productJson,
  productListJson,
  orderJson,
  orderListJson,
  orderDetailJson,
  paymentJson,
  actionJson,
  checkoutAnswerJson,
  checkoutJson,
  refundJson,
  refundListJson,
  queueJson,
  taskJson,
  taskListJson,
  moneyHealthJson,
  findingJson,
  findingListJson,
  moneyAuditJson,
  moneyAuditListJson,
  differenceJson,
  differenceListJson,
  mailJson,
  mailListJson,
  chargeJson,
  chargeListJson,
  problemJson,
];

/**
 * The OpenAPI document of the routes that are served. The swagger plugin's own reading of the routes makes
 * it; its page we leave, since that loads Swagger UI from another host.
 */
export const createDocument = (routes: AnyElysia['routes'], version: string): string => {
  const paths = {};
  for (const { method, path, hooks } of routes)
    registerSchemaPath({ schema: paths, method, path, hook: { detail: hooks.detail.entry() }, models: {} });
  const document = {
    // 3.1, whose schemas are JSON Schema: those of 3.0 know neither `const` nor a `null` among types.
    openapi: '3.1.0',
    info: {
      title: 'Cartwright',
      version,
      description:
        'Checkout, orders, refunds, the queue of what is still owed, money that adds up, and search.',
    },
    tags: tags.map((name) => ({ name })),
    paths: filterPaths(paths, { excludeStaticFile: false, exclude: [] }),
    components: {
      schemas: Object.fromEntries(components.map(({ name, schema }) => [name, schema])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
  return JSON.stringify(document, (_, value) => plainer(value));
};

type Words = { readonly anyOf: readonly { readonly const: string }[] };

/** Says in the usual words what TypeBox says in its own: one of some words, and whole numbers. */
const plainer = (schema: unknown): unknown => {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (areWords(schema)) {
    const { anyOf, ...rest } = schema;
    return { ...rest, type: 'string', enum: anyOf.map(({ const: word }) => word) };
  }
  if ('multipleOf' in schema && schema.multipleOf === 1) {
    const { multipleOf: _, ...rest } = schema;
    return { ...rest, type: 'integer' };
  }
  return schema;
};

const areWords = (schema: object): schema is Words =>
  'anyOf' in schema &&
  Array.isArray(schema.anyOf) &&
  schema.anyOf.every((one) => typeof one === 'object' && one !== null && 'const' in one);
