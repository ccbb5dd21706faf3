import { expect, test } from 'bun:test';
import { cloudEventOf } from '../../adapters/kafka/cloudEvent.ts';

const body = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    ...{ id: '01a2180f-0000-7002-8000-000000000001', type: 'order.paid', time: '2026-11-26T13:33:46.475Z' },
    ...{ subject: '01a2180f-0000-7000-8000-000000000001', sequence: 8, dataschema: '/docs/asyncapi#v1' },
    data: { order: { status: 'paid' } },
    ...changes,
  });

test('An event is a CloudEvent 1.0 with the attributes and the data of its body', () => {
  expect(JSON.parse(cloudEventOf({ body: body() }))).toEqual({
    specversion: '1.0',
    source: 'cartwright:/orders',
    id: '01a2180f-0000-7002-8000-000000000001',
    type: 'order.paid',
    time: '2026-11-26T13:33:46.475Z',
    subject: '01a2180f-0000-7000-8000-000000000001',
    sequence: 8,
    datacontenttype: 'application/json',
    dataschema: 'cartwright:/docs/asyncapi#v1',
    data: { order: { status: 'paid' } },
  });
});

test('The schema of a CloudEvent is an absolute URI, also where that of the body has a host', () => {
  const dataschema = 'https://shop.example/docs/asyncapi#v1';
  expect(JSON.parse(cloudEventOf({ body: body({ dataschema }) })).dataschema).toBe(dataschema);
});

test('Data that looks like an attribute stays data', () => {
  const data = { order: { status: '","dataschema":"/elsewhere","data":{}', dataschema: '/elsewhere' } };
  const found = JSON.parse(cloudEventOf({ body: body({ data }) }));
  expect([found.data, found.dataschema]).toEqual([data, 'cartwright:/docs/asyncapi#v1']);
});

test('What is no body of an event is refused', () => {
  expect(() => cloudEventOf({ body: '{}' })).toThrow('no dataschema');
});
