/** Runs under Deno, and prints the outcome of each delivery on a line. */

import { authority } from './certificates.ts';
import { answerWith, startReceiver } from './receivers.ts';
import { createSender } from './sending.ts';

const receiver = await startReceiver(answerWith(204), { tls: true });
const redirecting = await startReceiver(answerWith(302, { location: 'http://127.0.0.1:1/' }));
const resolve = async () => ['127.0.0.9', '127.0.0.1'];
const { sendTo } = createSender({ resolve, ca: authority });
const strict = createSender({ resolve, ca: authority, allowPrivate: false });
const show = async (url: string, send = sendTo) => {
  const { error } = (await send(url)) ?? {};
  console.log(error === null ? 'delivered' : error);
};

const { port } = receiver;
await show(`https://hooks.example:${port}/`);
await show(`https://other.example:${port}/`);
await show(`http://hooks.example:${redirecting.port}/`);
await show(`https://hooks.example:${port}/`, strict.sendTo);
await show(`https://2130706433:${port}/`, strict.sendTo);
console.log(`${receiver.received.length} received`);
const slow = await startReceiver(() => {});
const silent = createSender();
const sending = silent.sendTo(`http://127.0.0.1:${slow.port}/`);
while (slow.received.length === 0) await new Promise((turn) => setTimeout(turn, 1));
await silent.timer.advance(10_000);
console.log((await sending)?.error);
for (const each of [receiver, redirecting, slow]) await each.stop();
