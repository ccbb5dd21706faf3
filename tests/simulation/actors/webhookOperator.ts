import { eventTypes } from '../../../core/event.ts';
import type { SeededRandom } from '../../processes/random.ts';
import { type ActorPorts, isUnavailable } from '../clients.ts';

/** Makes webhook endpoints, and pauses, resumes, tries and deletes them, until the actors are to stop. */
export const runWebhookOperator = async (ports: ActorPorts, random: SeededRandom): Promise<void> => {
  const { scheduler, isActive } = ports;
  while (isActive()) {
    await (random.bool(0.15) ? make(ports, random) : random.pick(acts)(ports, random));
    await scheduler.sleep(random.between(200, 7_000));
  }
};

type Act = (ports: ActorPorts, random: SeededRandom) => Promise<void>;

const endpointsMax = 3;

/** Sends the request sometimes twice under its key, and again if it hears nothing. */
const make: Act = async ({ ask, createKey, log }, random) => {
  const key = createKey();
  const types = random.bool(0.6) ? eventTypes : eventTypes.filter(() => random.bool(0.5));
  const send = async (): Promise<string | null> => {
    const requestId = createKey();
    const reply = await ask(random, (api) => api.createEndpoint(key, types, requestId));
    if (reply?.isErr() && !isUnavailable(reply.error))
      log.unexpected.push(`making an endpoint: ${reply.error.kind}`);
    if (!reply?.isOk()) return null;
    if (!reply.value.replayed) log.commands.push(requestId);
    return reply.value.value.id;
  };
  const made = await Promise.all(random.bool(0.2) ? [send(), send()] : [send()]);
  if (made.includes(null)) made.push(await send());
  const ids = new Set(made.flatMap((id) => id ?? []));
  if (ids.size > 1) log.unexpected.push(`the key ${key} has made the endpoints ${[...ids].join(' ')}`);
};

const listEndpoints = async ({ ask }: Pick<ActorPorts, 'ask'>, random: SeededRandom) =>
  (await ask(random, (api) => api.listEndpoints()))?.unwrapOr([]) ?? [];

/** Acts on one of the endpoints. Makes the first one. */
const onEndpoint =
  (act: (ports: ActorPorts, id: string, random: SeededRandom) => Promise<void>): Act =>
  async (ports, random) => {
    const endpoints = await listEndpoints(ports, random);
    if (endpoints.length === 0) await make(ports, random);
    else await act(ports, random.pick(endpoints).id, random);
  };

const change = (
  what: (random: SeededRandom) => { readonly paused?: boolean; readonly secret?: string },
): Act =>
  onEndpoint(async ({ ask, createKey, log }, id, random) => {
    const requestId = createKey();
    const reply = await ask(random, (api) => api.changeEndpoint({ id, ...what(random) }, requestId));
    if (reply?.isOk() && reply.value !== null) log.commands.push(requestId);
  });

const end = onEndpoint(async ({ ask, createKey }, id, random) => {
  await ask(random, (api) => api.endEndpoint(id, createKey()));
});

const test = onEndpoint(async ({ ask, createKey }, id, random) => {
  await ask(random, (api) => api.testEndpoint(id, createKey()));
});

const resend = onEndpoint(async ({ ask, createKey, log }, subscriptionId, random) => {
  const listed = await ask(random, (api) => api.listDeliveries(subscriptionId));
  const deliveries = listed?.isOk() ? listed.value.items : [];
  if (deliveries.length === 0) return;
  const { id } = random.pick(deliveries);
  const requestId = createKey();
  const reply = await ask(random, (api) => api.resend({ subscriptionId, id }, requestId));
  if (reply?.isOk() && reply.value) log.commands.push(requestId);
});

const makeMore: Act = async (ports, random) => {
  if ((await listEndpoints(ports, random)).length < endpointsMax) await make(ports, random);
};

const acts: readonly Act[] = [
  ...[makeMore, test, resend, resend, end],
  change(() => ({ paused: true })),
  change(() => ({ paused: false })),
  change((random) => ({ secret: `whsec_${random.between(1, 1e9)}` })),
];

/** Lets the endpoints go on that are paused, or all of them. Returns how many were paused. */
export const resumeEndpoints = async (
  { ask, createKey, log }: Pick<ActorPorts, 'ask' | 'createKey' | 'log'>,
  random: SeededRandom,
  all: boolean,
): Promise<number> => {
  const endpoints = await listEndpoints({ ask }, random);
  const paused = endpoints.filter((each) => each.paused);
  for (const { id } of all ? endpoints : paused) {
    const requestId = createKey();
    const reply = await ask(random, (api) => api.changeEndpoint({ id, paused: false }, requestId));
    if (reply?.isOk() && reply.value !== null) log.commands.push(requestId);
  }
  return paused.length;
};
