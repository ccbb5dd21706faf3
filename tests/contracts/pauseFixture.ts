import type { OperatorCommand } from '../../core/activity.ts';
import type { BeginPause, PausedStep } from '../../core/pause.ts';
import { defined, unwrap } from './fixture.ts';
import type { TestContext } from './testContext.ts';

/** The step that most tests pause. */
export const mailStep = { pipeline: 'physical', step: 'notify_customer' };

/** What tests of pauses do. */
export const createPauseFixture = (context: () => TestContext) => {
  const command = (): OperatorCommand => ({
    actor: { id: 'op', email: 'op@example.com' },
    requestId: 'request-1',
    createId: context().fixture.newId,
  });
  const begin = (changes: Partial<BeginPause> = {}) => {
    const { fixture, store } = context();
    const pause = { id: fixture.newId(), ...mailStep, reason: 'a move', ...changes };
    return unwrap(store.pauses.begin(pause, fixture.now()));
  };
  const beginForFault = (changes: Partial<PausedStep> = {}, probeAfterMs = 1_000) => {
    const { fixture, store } = context();
    const fault = { ...mailStep, ...changes, reason: 'down', probeAtMs: fixture.now() + probeAfterMs };
    return unwrap(store.pauses.beginForFault({ id: fixture.newId(), ...fault }, fixture.now()));
  };
  const list = () => unwrap(context().store.pauses.list());
  const sendProbes = (txSteps?: readonly PausedStep[]) =>
    unwrap(context().store.pauses.sendProbes(context().fixture.now(), txSteps));
  const resume = (limit = 100) => unwrap(context().store.pauses.resume(limit));
  const states = async () => (await context().fixture.listTasks()).map(({ state }) => state);
  const payMany = async (count: number) => {
    const { fixture } = context();
    return fixture.payAlone(await fixture.placeOrders(Array(count).fill(await fixture.createProduct())));
  };
  /** Tasks at the mail, parked by a fault that one of them has seen. */
  const parkMany = async (count: number) => {
    const { fixture, world } = context();
    const ids = await payMany(count);
    const { leases } = await fixture.claimTasks('physical', { limit: 1 });
    const [seen] = leases;
    await beginForFault();
    await fixture.report(defined(seen), { kind: 'unavailable', error: 'down', retryAfterMs: null });
    world.advance(10);
    await fixture.claimTasks('physical');
    return { ids, seenId: defined(seen).taskId };
  };
  const claimProbe = async () => {
    const { leases } = await context().fixture.claimTasks('physical');
    const [lease] = leases;
    return { count: leases.length, lease: defined(lease), probe: defined(lease?.probe) };
  };

  return { command, begin, beginForFault, list, sendProbes, resume, states, payMany, parkMany, claimProbe };
};
