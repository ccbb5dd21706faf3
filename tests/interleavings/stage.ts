import { createArchive } from '../../adapters/postgres/archive/archive.ts';
import { createStore } from '../../adapters/postgres/store.ts';
import { createFixture } from '../contracts/fixture.ts';
import { createTestWorld } from '../world.ts';
import { type Ground, type Observer, openObserver } from './engine/database.ts';
import { type Choose, oneAfterAnother } from './engine/explore.ts';
import { createFootprints, type Footprints } from './engine/footprint.ts';
import { createSignal, type Run, runSchedule, type Signal } from './engine/schedule.ts';
import { type Cut, openSession, type Session } from './engine/session.ts';
import type { Actor, AnyGround, Verb } from './ground.ts';
import { checkRules } from './rules.ts';
import { digestOf, idsIn, readSnapshot, type Snapshot } from './snapshot.ts';

/** A database with the sessions that meet in it. */
export type Stage = {
  readonly sessions: readonly Session[];
  readonly observer: Observer;
  readonly signal: Signal;
  readonly footprints: Footprints;
  close(): Promise<void>;
};

const sessionsMax = 3;

/** `prepared`: whether the product prepares its statements, as it does without a pooler. */
export const openStage = async (
  url: string,
  { prepared }: { readonly prepared: boolean },
): Promise<Stage> => {
  const signal = createSignal();
  const observer = await openObserver(url);
  const footprints = createFootprints(await observer.readSchema());
  const sessions: Session[] = [];
  for (let index = 0; index < sessionsMax; index++)
    sessions.push(await openSession(url, { prepared, onChange: signal.fire }));
  const close = async () => {
    await Promise.all(sessions.map((session) => session.close()));
    await observer.close();
  };
  return { sessions, observer, signal, footprints, close };
};

/** The rows of a ground, and how to begin with them again. */
export type BuiltGround = {
  readonly spec: AnyGround;
  readonly rows: unknown;
  readonly ground: Ground;
  readonly nowMs: number;
  readonly known: ReadonlySet<string>;
};

const createActor = (stage: Stage, session: number, nowMs: number | undefined, seed: number): Actor => {
  const world = createTestWorld(nowMs, seed);
  const sql = stage.sessions[session]?.sql;
  if (sql === undefined) throw new Error(`there is no session ${session}`);
  const store = createStore(sql, world);
  return { store, archive: createArchive(sql), world, shop: createFixture(store, world) };
};

export const buildGround = async (stage: Stage, spec: AnyGround): Promise<BuiltGround> => {
  await stage.observer.clear();
  const actor = createActor(stage, 0, undefined, 7);
  const rows = await spec.build(actor);
  const ground = await stage.observer.capture();
  const snapshot = await readSnapshot(stage.observer.sql);
  const broken = brokenRules(spec, snapshot);
  if (broken.length > 0) throw new Error(`the ground “${spec.name}” is broken: ${broken.join(', ')}`);
  const known = new Set([...idsIn(snapshot), ...(JSON.stringify(rows).match(/[0-9a-f-]{36}/g) ?? [])]);
  return { spec, rows, ground, nowMs: actor.shop.now(), known };
};

const brokenRules = ({ ignores = [] }: AnyGround, snapshot: Snapshot): readonly string[] =>
  checkRules(snapshot).filter((fault) => !ignores.includes(fault.split(' ')[0] ?? ''));

export const verbOf = ({ spec }: Pick<BuiltGround, 'spec'>, name: string): Verb<unknown> => {
  const verb = spec.verbs[name];
  if (verb === undefined) throw new Error(`the ground “${spec.name}” has no verb “${name}”`);
  return verb;
};

/** The actors of one run. The same session makes the same ids in each. */
const createActors = (stage: Stage, built: BuiltGround, count: number): readonly Actor[] =>
  Array.from({ length: count }, (_, index) => createActor(stage, index, built.nowMs, 1_000 + index));

export type Outcome = {
  readonly run: Run<string>;
  /** Which rows there are now, and what each caller learned. */
  readonly digest: string;
  /** The rows alone. */
  readonly state: string;
  readonly faults: readonly string[];
};

/** Runs the verbs from the beginning of the ground. A name that is null does not run. `cut` is of the first session. */
export const runVerbs = async (
  stage: Stage,
  built: BuiltGround,
  names: readonly (string | null)[],
  choose: Choose,
  cut: Cut | null = null,
): Promise<Outcome> => {
  await built.ground.restore();
  const actors = createActors(stage, built, names.length);
  const tasks = names.map((name, index) => async () => {
    const actor = actors[index];
    if (name === null || actor === undefined) return 'nothing';
    return verbOf(built, name).run(actor, built.rows);
  });
  const run = await runSchedule(stage.sessions, tasks, choose, {
    observer: stage.observer.sql,
    signal: stage.signal,
    footprints: stage.footprints,
    cut,
  });
  const snapshot = await readSnapshot(stage.observer.sql);
  const state = digestOf(snapshot, built.known);
  const words = run.results.map((result) => (result instanceof Error ? `threw ${result.message}` : result));
  const ran = names.map((name) => name ?? '');
  return {
    run,
    digest: `${words.join(' | ')}\n${state}`,
    state,
    faults: [
      ...words.filter((word) => word.startsWith('threw')),
      ...run.errors.filter((error) => !isExpected(error)).map(({ code, message }) => `${code}: ${message}`),
      ...(run.isStuck ? ['deadlock'] : []),
      ...brokenRules(built.spec, snapshot),
      ...(built.spec.check?.(snapshot, run, ran, built.rows) ?? []),
    ],
  };
};

/** A claim that finds less than it read is judged again. */
const isExpected = ({ code, message }: { readonly code: string; readonly message: string }): boolean =>
  code === '23514' && message.includes('"stock"');

/**
 * What the verbs may come to: what they come to one after the other, in any order. A verb that leaves locked rows to its
 * next call may also have found nothing.
 */
export const serialDigests = async (
  stage: Stage,
  built: BuiltGround,
  names: readonly string[],
): Promise<{ readonly digests: ReadonlyMap<string, string>; readonly broken: readonly Outcome[] }> => {
  const broken: Outcome[] = [];
  const digests = new Map<string, string>();
  for (const present of presencesOf(names.map((name) => verbOf(built, name).skips === true)))
    for (const order of ordersOf(names.map((_, index) => index))) {
      const chosen = names.map((name, index) => (present[index] === true ? name : null));
      const outcome = await runVerbs(stage, built, chosen, oneAfterAnother(order));
      if (outcome.faults.length > 0) broken.push(outcome);
      digests.set(outcome.digest, order.map((index) => chosen[index] ?? 'nobody').join(', then '));
    }
  return { digests, broken };
};

/** All ways in which those that may be absent are present or not. */
const presencesOf = (mayBeAbsent: readonly boolean[]): readonly (readonly boolean[])[] =>
  mayBeAbsent.reduce<readonly (readonly boolean[])[]>(
    (all, may) =>
      all.flatMap((one) =>
        may
          ? [
              [...one, true],
              [...one, false],
            ]
          : [[...one, true]],
      ),
    [[]],
  );

const ordersOf = (items: readonly number[]): readonly (readonly number[])[] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item) =>
        ordersOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
      );
