import { expect, test } from 'bun:test';
import { redact } from '../../server/redact.ts';

const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsYW4ifQ.c2lnbmF0dXJl';

test.each([
  ['550 5.1.1 <lan@example.com>: no such user', '550 5.1.1 <<address>>: no such user'],
  ['{"reason":"nguyễn@ví-dụ.vn is over quota"}', '{"reason":"<address> is over quota"}'],
  ['a+b.c@localhost, d@[10.0.0.1]', '<address>, <address>'],
  ['GET https://erp.example/c/lan%40example.com?x=1', 'GET https://erp.example/c/<address>'],
  ['postgres://shop:p%40ss@db.example:5432/shop', 'postgres://db.example:5432/shop'],
  [`"requestId":"${jwt}"`, '"requestId":"<secret>"'],
  ['Bearer abc.def', 'Bearer <secret>'],
  [`cwk_${'a'.repeat(43)} sk_test_123 whsec_ab/c= pi_1_secret_2`, '<secret> <secret> <secret> <secret>'],
])('A log line has no address and no secret: %j', (line, expected) => {
  expect(redact(line)).toBe(expected);
});

test.each([
  'at run (/app/node_modules/@elysiajs/swagger/index.js:1:2)',
  'at query (/app/node_modules/postgres@3.4.9/src/index.js:1:2)',
  '{"method":"GET","route":"/orders/:id","status":200}',
])('A log line keeps what is no address: %j', (line) => {
  expect(redact(line)).toBe(line);
});
