/**
 * A rolling restart behind nginx, on PostgreSQL: two processes of each role, 16 clients that shop, and four restarts in
 * turn. The exit code is 0 if no request failed and every paid order was completed. More rounds find what is rare.
 *
 *   bun tests/edge/rollingRestart.ts [--drain 5000] [--rounds 1]
 */
import { parseArgs } from 'node:util';
import { addProduct, createClient, waitForStatus } from '../processes/client.ts';
import { type App, killAllApps, startApp, stopApp } from '../processes/processes.ts';
import { freePort, startPostgresServer } from '../processes/server.ts';
import { tokenFor } from '../processes/tokens.ts';
import { nginxAvailable, startNginx } from './nginx.ts';
import { createShopper } from './shopper.ts';

const { values } = parseArgs({
  options: { drain: { type: 'string' }, rounds: { type: 'string', default: '1' } },
});
const rounds = Number(values.rounds);
/** Without it the processes have the default, because their standard error is no terminal. */
const env = { DRAIN_MS: values.drain };
const clients = 16;

if (!nginxAvailable()) {
  console.warn('The rolling restart behind nginx is SKIPPED: nginx is not installed');
  process.exit(0);
}

const database = await startPostgresServer({ fsync: true });
const databaseUrl = database.url('postgres');
const ports = await Promise.all(Array.from({ length: 4 }, freePort));
const [first = 0, second = 0, third = 0, fourth = 0] = ports;
const nginx = await startNginx({ commands: [first, second], queries: [third, fourth] });

type Place = { readonly role: 'checkout' | 'read' | 'worker'; readonly port?: number; app: App };
const startAt = (role: Place['role'], port?: number): Promise<App> =>
  startApp({ databaseUrl, role, env, ...(port === undefined ? {} : { port }) });
const open = async (role: Place['role'], port?: number): Promise<Place> => ({
  role,
  ...(port === undefined ? {} : { port }),
  app: await startAt(role, port),
});

/** Stops the process and starts another one on its port. */
const restart = async (place: Place): Promise<void> => {
  const ending = await stopApp(place.app);
  if (ending.code !== 0) throw new Error(`a ${place.role} process ended with ${JSON.stringify(ending)}`);
  place.app = await startAt(place.role, place.port);
};

try {
  // The first one migrates the database.
  const checkout = await open('checkout', first);
  const others = [
    open('checkout', second),
    open('read', third),
    open('read', fourth),
    open('worker'),
    open('worker'),
  ];
  const [checkout2, read, read2, worker, worker2] = await Promise.all(others);
  const operator = createClient(nginx.url, await tokenFor('op@shop.test', 'operator'));
  const productId = await addProduct(operator, { code: 'EDGE' });

  const shoppers = await Promise.all(
    Array.from({ length: clients }, async (_, index) =>
      createShopper(createClient(nginx.url, await tokenFor(`customer-${index}@shop.test`)), productId),
    ),
  );
  let isOver = false;
  const shopping = shoppers.map((shopper) => shopper.shop(() => isOver));
  const inTurn = [[checkout, worker], [read], [checkout2, worker2], [read2]];
  for (const places of Array.from({ length: rounds }, () => inTurn).flat()) {
    await Promise.all(places.flatMap((place) => (place === undefined ? [] : [restart(place)])));
    console.log(`restarted: ${places.map((place) => place?.role).join(' and ')}`);
  }
  isOver = true;
  await Promise.all(shopping);

  const failures = shoppers.flatMap((shopper) => shopper.failures);
  const requests = shoppers.reduce((sum, shopper) => sum + shopper.requests(), 0);
  const paid = shoppers.flatMap((shopper) => shopper.paid);
  console.log(`${requests} requests, ${failures.length} failed; ${paid.length} orders paid`);
  for (const failure of failures.slice(0, 20)) console.log(failure);
  for (const orderId of paid) await waitForStatus(operator, orderId, 'completed');
  console.log('all paid orders are completed');
  process.exitCode = failures.length === 0 && paid.length > 0 ? 0 : 1;
} finally {
  await killAllApps();
  await nginx.close();
  await database.remove();
}
