import { expect, test } from 'bun:test';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect } from '../../adapters/postgres/connection.ts';
import { orUnavailable } from '../../adapters/postgres/failures.ts';

/** An error as PgBouncer sends it: with the level in `S` alone. PostgreSQL sends it in `V` too. */
const poolerError = (level: string, code: string, message: string): Buffer => {
  const body = Buffer.from(`S${level}\0C${code}\0M${message}\0\0`);
  const head = Buffer.alloc(5, 'E');
  head.writeInt32BE(4 + body.length, 1);
  return Buffer.concat([head, body]);
};

test.each([
  ['28P01', 'password authentication failed for user "shop"'],
  ['3D000', 'database "shop" does not exist'],
  ['55000', 'database "shop" is not currently accepting connections'],
])('PgBouncer that refuses with %s is an outage', async (code, message) => {
  const pooler = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(poolerError('FATAL', code, message)));
  }).listen(0, '127.0.0.1');
  await once(pooler, 'listening');
  const { port } = pooler.address() as AddressInfo;
  const sql = connect({ url: `postgres://shop@127.0.0.1:${port}/shop`, poolSize: 1, pooling: 'transaction' });
  const asked = await orUnavailable(async () => await sql`select 1`);
  expect(asked).toMatchObject({
    error: {
      kind: 'unavailable',
      reason: `the database refuses the connection: ${message}`,
      database: { code },
    },
  });
  await sql.end({ timeout: 0 });
  pooler.close();
});
