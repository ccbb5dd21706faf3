import { expect, test } from 'bun:test';
import { isLoopback } from '../../core/loopback.ts';

test('Names and addresses of this machine are loopback', () => {
  for (const host of ['localhost', 'LOCALHOST', 'shop.localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])
    expect(`${host} ${isLoopback(host)}`).toBe(`${host} true`);
});

test('Any other host is not loopback, whatever it begins with', () => {
  const others = ['', '0.0.0.0', '10.0.0.1', '127.0.0.1.example.com', 'localhost.example.com', '::', '[::2]'];
  for (const host of others) expect(`${host} ${isLoopback(host)}`).toBe(`${host} false`);
});
