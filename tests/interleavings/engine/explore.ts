import type { Random } from '../../../core/world.ts';
import { type Access, areDependent, joinAccess, type Option } from './access.ts';

/** The sessions of a schedule, in the order in which their statements are released. */
export type Schedule = readonly number[];

/** Returns the session to release. `last` is the step before. */
export type Choose = (ready: readonly Option[], position: number, last: Taken | null) => number;

/** A step that was taken. `woken`: sessions that waited for a lock and got it by this step. */
export type Taken = { readonly session: number; readonly access: Access; readonly woken: readonly number[] };

/** A place between two steps, and the ways that were or will be taken from there. */
type Node = {
  readonly parent: { readonly node: Node; readonly session: number } | null;
  readonly ready: readonly Option[];
  /** Steps that were taken first elsewhere, and that commute with all since: no order with them here is new. */
  readonly asleep: readonly Option[];
  readonly started: Option[];
  readonly wanted: Set<number>;
  readonly next: Map<number, Node>;
};

type Branch = { readonly node: Node | null; readonly session: number; readonly tries: number };

export type Exploration = {
  readonly schedules: number;
  /** Every order was run, or one that comes to the same. */
  readonly isWhole: boolean;
};

/** A step that could not be taken again is tried so often. */
const triesMax = 3;

/**
 * Runs every order of the steps, or `max` of them. Two orders that differ only in neighbours that commute come to the
 * same, so one of them is run: where two steps of a run depend on each other and could have come the other way round,
 * that way becomes a branch (dynamic partial order reduction with sleep sets; Abdulla, Aronsson, Jonsson, Sagonas 2014).
 * Branches are drawn at random, so that a part is spread over the whole. `run` returns null to end. With `isReduced` false
 * all steps count as dependent.
 */
export const explore = async (
  run: (choose: Choose) => Promise<{ readonly steps: readonly Taken[] } | null>,
  {
    max,
    random,
    isReduced = true,
  }: { readonly max: number; readonly random: Random; readonly isReduced?: boolean },
): Promise<Exploration> => {
  const dependent = isReduced ? areDependent : () => true;
  const branches: Branch[] = [{ node: null, session: -1, tries: 0 }];
  let root: Node | null = null;
  let schedules = 0;
  let isWhole = true;
  while (branches.length > 0 && schedules < max) {
    const branch = takeAny(branches, random);
    if (branch.node !== null && isCovered(branch.node, branch.session)) continue;
    const walk = createWalk({ root, branch, dependent, random });
    const done = await run(walk.choose);
    schedules++;
    if (done === null) return { schedules, isWhole: false };
    root ??= walk.nodes[0] ?? null;
    if (walk.isLost()) {
      if (branch.tries < triesMax) branches.push({ ...branch, tries: branch.tries + 1 });
      else isWhole = false;
      continue;
    }
    const taken = done.steps.at(walk.nodes.length - 1);
    if (taken !== undefined) learn(walk.nodes.at(-1), taken);
    for (const found of findRaces(done.steps, walk.nodes, dependent)) branches.push({ ...found, tries: 0 });
  }
  return { schedules, isWhole: isWhole && branches.length === 0 };
};

const takeAny = (branches: Branch[], random: Random): Branch => {
  const index = Math.floor(random.unit() * branches.length);
  const branch = branches[index];
  const last = branches.pop();
  if (branch === undefined || last === undefined) throw new Error('there is no branch');
  if (index < branches.length) branches[index] = last;
  return branch;
};

const isCovered = (node: Node, session: number): boolean =>
  node.asleep.some((option) => option.session === session) ||
  node.started.some((option) => option.session === session);

/** That a statement fails, and so ends its transaction, or that it changes no row, is known only when it has run. */
const learn = (node: Node | undefined, { session, access }: Taken): void => {
  const index = node?.started.findIndex((option) => option.session === session) ?? -1;
  if (node?.started[index] !== undefined) node.started[index] = { session, access };
};

const pathOf = (node: Node): Schedule =>
  node.parent === null ? [] : [...pathOf(node.parent.node), node.parent.session];

/** Goes to the branch, and on from there by steps that are not asleep. Builds the nodes on its way. */
const createWalk = ({
  root,
  branch,
  dependent,
  random,
}: {
  readonly root: Node | null;
  readonly branch: Branch;
  readonly dependent: typeof areDependent;
  readonly random: Random;
}) => {
  const path = branch.node === null ? [] : [...pathOf(branch.node), branch.session];
  const nodes: Node[] = [];
  let last = -1;
  let isLost = false;
  let isRedundant = false;
  const draw = (from: readonly Option[]): number =>
    from[Math.floor(random.unit() * from.length)]?.session ?? 0;

  const enter = (ready: readonly Option[]): Node => {
    const before = nodes.at(-1);
    if (before === undefined) return root ?? createNode(ready, null, []);
    const known = before.next.get(last);
    if (known !== undefined) return known;
    const node = createNode(ready, { node: before, session: last }, asleepAfter(before, last, dependent));
    before.next.set(last, node);
    return node;
  };

  const choose: Choose = (ready, position, before) => {
    if (isLost || isRedundant) return draw(ready);
    if (before !== null) learn(nodes.at(-1), before);
    const node = enter(ready);
    nodes.push(node);
    const wanted = path[position];
    const awake = node.ready.filter(({ session }) => !isAsleep(node, session));
    const chosen = wanted ?? (awake.length === 0 ? null : draw(awake));
    const option = ready.find(({ session }) => session === chosen);
    if (chosen === null || option === undefined) {
      isRedundant = chosen === null;
      isLost = !isRedundant;
      return draw(ready);
    }
    if (!node.started.some(({ session }) => session === chosen)) node.started.push(option);
    node.wanted.add(chosen);
    last = chosen;
    return chosen;
  };
  return { choose, nodes, isLost: () => isLost };
};

const isAsleep = (node: Node, session: number): boolean =>
  node.asleep.some((option) => option.session === session);

const createNode = (ready: readonly Option[], parent: Node['parent'], asleep: readonly Option[]): Node => ({
  ...{ parent, ready, started: [], wanted: new Set(), next: new Map() },
  // What an end of a transaction does depends on who waits now.
  asleep: asleep.map(({ session, access }) => {
    const now = ready.find((option) => option.session === session)?.access ?? access;
    return { session, access: access.publishes === 0n ? access : joinAccess(access, now) };
  }),
});

const asleepAfter = (node: Node, chosen: number, dependent: typeof areDependent): readonly Option[] => {
  const index = node.started.findIndex(({ session }) => session === chosen);
  const step = node.started[index];
  if (step === undefined) return [];
  return [...node.asleep, ...node.started.slice(0, index)].filter(
    ({ session, access }) => session !== chosen && !dependent(access, step.access),
  );
};

/** Steps that depend on each other and that nothing else orders, as branches that take the later one first. */
const findRaces = (
  steps: readonly Taken[],
  nodes: readonly Node[],
  dependent: typeof areDependent,
): readonly { readonly node: Node; readonly session: number }[] => {
  const found: { node: Node; session: number }[] = [];
  /** For each step, those before it that it cannot be moved before. */
  const before: Set<number>[] = [];
  steps.forEach((step, at) => {
    const own = new Set<number>();
    before.push(own);
    for (let earlier = at - 1; earlier >= 0; earlier--) {
      const other = steps[earlier];
      if (other === undefined || own.has(earlier)) continue;
      const isSameSession = other.session === step.session || other.woken.includes(step.session);
      if (!isSameSession && !dependent(other.access, step.access)) continue;
      const node = nodes[earlier];
      if (!isSameSession && node !== undefined)
        found.push(...branchesFor(node, firstOf(steps, before, { earlier, at })));
      own.add(earlier);
      for (const each of before[earlier] ?? []) own.add(each);
    }
  });
  return found;
};

/** The sessions that can begin an order in which `at` comes before `earlier`. */
const firstOf = (
  steps: readonly Taken[],
  before: readonly ReadonlySet<number>[],
  { earlier, at }: { readonly earlier: number; readonly at: number },
): readonly number[] => {
  const kept: number[] = [];
  for (let index = earlier + 1; index <= at; index++)
    if (index === at || before[index]?.has(earlier) !== true) kept.push(index);
  return kept
    .filter((index) => !kept.some((other) => other < index && before[index]?.has(other) === true))
    .flatMap((index) => steps[index]?.session ?? []);
};

const branchesFor = (
  node: Node,
  firsts: readonly number[],
): readonly { readonly node: Node; readonly session: number }[] => {
  if (firsts.some((session) => node.wanted.has(session) || isAsleep(node, session))) return [];
  const ready = node.ready.map(({ session }) => session);
  const [first] = firsts.filter((session) => ready.includes(session));
  const chosen = first === undefined ? ready.filter((session) => !node.wanted.has(session)) : [first];
  for (const session of chosen) node.wanted.add(session);
  return chosen.map((session) => ({ node, session }));
};

/** Takes the steps of the schedule, and then any. A step that cannot be taken is left out. */
export const followThenDraw =
  (schedule: Schedule, random: Random): Choose =>
  (ready, position) => {
    const wanted = schedule[position];
    if (ready.some(({ session }) => session === wanted)) return wanted ?? 0;
    return ready[Math.floor(random.unit() * ready.length)]?.session ?? 0;
  };

/** One whole task after the other, in this order. A task that waits for another one lets it go on. */
export const oneAfterAnother =
  (order: readonly number[]): Choose =>
  (ready) =>
    order.find((session) => ready.some((option) => option.session === session)) ?? ready[0]?.session ?? 0;
