import { describe, expect, test } from 'bun:test';
import { describeRoute, operationIdOf, toPathTemplate } from '../../api/openapi/paths.ts';

describe('A path of the OpenAPI document', () => {
  test('The parameters of a route are in braces', () => {
    expect(toPathTemplate('/money/:check/refunds')).toBe('/money/{check}/refunds');
  });

  test.each([
    ['GET', '/orders', 'getOrders'],
    ['GET', '/orders/{id}', 'getOrdersById'],
    ['POST', '/webhook-endpoints/{id}/test', 'postWebhook-endpointsByIdTest'],
  ])('%s %s has the operation id %s, which generated clients use', (method, template, id) => {
    expect(operationIdOf(method, template)).toBe(id);
  });

  test('A parameter that the route does not describe is a string', () => {
    const described = { in: 'path', name: 'id', required: true, schema: { type: 'string', format: 'uuid' } };
    const query = { in: 'query', name: 'check' };
    expect(
      describeRoute('GET', '/money/{check}/{id}', { parameters: [described, query] }).parameters,
    ).toEqual([{ in: 'path', name: 'check', required: true, schema: { type: 'string' } }, described, query]);
  });

  test('A route whose path has no parameters gets none', () => {
    expect(describeRoute('GET', '/queue', { parameters: [] })).toEqual({
      operationId: 'getQueue',
      parameters: [],
    });
  });
});
