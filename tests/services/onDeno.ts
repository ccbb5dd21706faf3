/** Runs under Deno, and prints the result of each call on a line. */

import { Buffer } from 'node:buffer';
import { callTimeoutMs, createStepServices } from '../../adapters/services/stepServices.ts';
import { createManualTimer } from '../timer.ts';
import { createTestWorld } from '../world.ts';
import { startHttpService } from './httpService.ts';

const { clock } = createTestWorld();
const timer = createManualTimer({ clock });
const answers = [200, 302, 422, 503];
const service = await startHttpService((response) => {
  const status = answers.shift();
  if (status !== undefined)
    response.writeHead(status, { location: '/elsewhere' }).end('{"reference":"VN-7","detail":"no truck"}');
});
const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const traceparent = () => undefined;
const services = createStepServices(
  { clock, timer, traceparent },
  { urls: { carrier: service.url }, secret },
);
const call = async () => {
  const outcome = await services.call({ service: 'carrier', key: 'task.step', body: '{}' });
  return outcome.kind === 'done'
    ? `done ${outcome.reference.reference}`
    : `${outcome.kind}: ${outcome.reason}`;
};

for (let count = answers.length; count > 0; count--) console.log(await call());
const silent = call();
await service.received(5);
await timer.advance(callTimeoutMs);
console.log(await silent);
await service.stop();
console.log((await call()).replace(/ \(.*/, ''));
