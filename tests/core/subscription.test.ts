import { expect, test } from 'bun:test';
import { shownTarget } from '../../core/subscription.ts';

test.each([
  ['https://erp.example.com/hooks/T0KEN?key=s3cret#x', 'https://erp.example.com'],
  ['https://erp.example.com:8443?key=s3cret', 'https://erp.example.com:8443'],
  ['https://erp.example.com\\T0KEN', 'https://erp.example.com'],
  ['HTTP://127.0.0.1:4001', 'HTTP://127.0.0.1:4001'],
  ['https://[2001:db8::1]/T0KEN', 'https://[2001:db8::1]'],
  ['https://user:s3cret@erp.example.com/', ''],
  ['https:/erp.example.com/T0KEN', ''],
])('Of the endpoint %s, whoever may not change it reads “%s”', (target, shown) => {
  expect(shownTarget({ kind: 'webhook', target })).toBe(shown);
});

test('The topic of a subscription to Kafka is shown as it is', () => {
  expect(shownTarget({ kind: 'kafka', target: 'cartwright.orders' })).toBe('cartwright.orders');
});
