import { describe, expect, test } from 'bun:test';
import type { Random } from '../../../core/world.ts';
import { createTestWorld } from '../../world.ts';
import { type Access, joinAccess, type Option } from './access.ts';
import { type Choose, explore, type Taken } from './explore.ts';

/** What a session does with registers: `write` locks one until `commit`. */
type Action = { readonly kind: 'read' | 'write'; readonly register: number } | { readonly kind: 'commit' };
type Program = readonly Action[];

const bit = (register: number) => 1n << BigInt(register);

/** Sessions at READ COMMITTED on a few registers. A written value names all that its writer has seen. */
const createModel = (programs: readonly Program[]) => {
  const committed = new Map<number, string>();
  const locks = new Map<number, number>();
  const sessions = programs.map((program, id) => ({
    ...{ id, program, at: 0, seen: '', waitsFor: null as number | null, written: new Map<number, string>() },
  }));
  type Session = (typeof sessions)[number];
  const valueFor = (session: Session, register: number) =>
    session.written.get(register) ?? committed.get(register) ?? '-';

  const writeNow = (session: Session, register: number) => {
    locks.set(register, session.id);
    session.written.set(register, `${session.id}(${session.seen};${valueFor(session, register)})`);
    session.at++;
  };
  const accessOf = (session: Session): Access => {
    const action = session.program[session.at];
    if (action?.kind === 'read') return { reads: bit(action.register), writes: 0n, publishes: 0n };
    if (action?.kind === 'write')
      return { reads: bit(action.register), writes: bit(action.register), publishes: 0n };
    const publishes = [...session.written.keys()].reduce((all, register) => all | bit(register), 0n);
    return sessions
      .filter(({ waitsFor }) => waitsFor !== null)
      .map(
        ({ waitsFor }): Access => ({ reads: bit(waitsFor ?? 0), writes: bit(waitsFor ?? 0), publishes: 0n }),
      )
      .reduce(joinAccess, { reads: 0n, writes: 0n, publishes });
  };
  const commit = (session: Session): readonly number[] => {
    for (const [register, value] of session.written) committed.set(register, value);
    const freed = [...session.written.keys()];
    session.written.clear();
    session.at++;
    for (const register of freed) locks.delete(register);
    return sessions.flatMap((other) => {
      if (other.waitsFor === null || locks.has(other.waitsFor)) return [];
      const register = other.waitsFor;
      other.waitsFor = null;
      writeNow(other, register);
      return [other.id];
    });
  };
  /** Returns who got a lock by it. */
  const take = (session: Session): readonly number[] => {
    const action = session.program[session.at];
    if (action === undefined || action.kind === 'commit') return commit(session);
    const { kind, register } = action;
    if (kind === 'read') {
      session.seen += `${register}=${valueFor(session, register)},`;
      session.at++;
    } else if ((locks.get(register) ?? session.id) === session.id) writeNow(session, register);
    else session.waitsFor = register;
    return [];
  };
  const options = (): readonly Option[] =>
    sessions
      .filter(({ at, program, waitsFor }) => waitsFor === null && at < program.length)
      .map((session) => ({ session: session.id, access: accessOf(session) }));
  const step = (choose: Choose, steps: readonly Taken[]): Taken | null => {
    const ready = options();
    const chosen = ready.length === 0 ? null : choose(ready, steps.length, steps.at(-1) ?? null);
    const session = sessions.find(({ id }) => id === chosen);
    if (session === undefined) return null;
    const access = accessOf(session);
    return { session: session.id, access, woken: take(session) };
  };
  const outcome = () =>
    JSON.stringify([[...committed].toSorted(), sessions.map(({ seen, waitsFor }) => [seen, waitsFor])]);
  return { step, outcome };
};

const exploreModel = async (programs: readonly Program[], random: Random, isReduced: boolean) => {
  const outcomes = new Set<string>();
  const explored = await explore(
    async (choose) => {
      const model = createModel(programs);
      const steps: Taken[] = [];
      for (let taken = model.step(choose, steps); taken !== null; taken = model.step(choose, steps))
        steps.push(taken);
      outcomes.add(model.outcome());
      return { steps };
    },
    { max: 1e6, random, isReduced },
  );
  return { ...explored, outcomes };
};

const drawProgram = ({ unit }: Random, lengthMax: number): Program => [
  ...Array.from({ length: 1 + Math.floor(unit() * lengthMax) }, (): Action => {
    const kind = (['read', 'write', 'commit'] as const)[Math.floor(unit() * 2.3)] ?? 'read';
    return kind === 'commit' ? { kind } : { kind, register: Math.floor(unit() * 3) };
  }),
  { kind: 'commit' },
];

describe('The exploration of orders', () => {
  test('An exploration without steps that commute runs every order', async () => {
    const { random } = createTestWorld(0, 1);
    const program: Program = [{ kind: 'read', register: 0 }, { kind: 'commit' }];
    const pair = await exploreModel([program, program], random, false);
    expect(pair).toMatchObject({ schedules: 6, isWhole: true });
    const triple = await exploreModel([program, program, program], random, false);
    expect(triple).toMatchObject({ schedules: 90, isWhole: true });
  });

  test('Sessions that share nothing run in one order', async () => {
    const { random } = createTestWorld(0, 1);
    const programs = [0, 1, 2].map((register): Program => [{ kind: 'write', register }, { kind: 'commit' }]);
    expect(await exploreModel(programs, random, true)).toMatchObject({ schedules: 1, isWhole: true });
  });

  test.each([
    [2, 3, 200],
    [3, 2, 30],
  ])(
    'A reduced exploration of %i sessions finds every outcome that all orders have',
    async (count, lengthMax, rounds) => {
      const { random } = createTestWorld(0, 20 + count);
      let reduced = 0;
      let all = 0;
      for (let round = 0; round < rounds; round++) {
        const programs = Array.from({ length: count }, () => drawProgram(random, lengthMax));
        const whole = await exploreModel(programs, random, false);
        const part = await exploreModel(programs, random, true);
        expect([JSON.stringify(programs), part.isWhole, [...part.outcomes].toSorted()]).toEqual([
          ...[JSON.stringify(programs), true, [...whole.outcomes].toSorted()],
        ]);
        reduced += part.schedules;
        all += whole.schedules;
      }
      expect(reduced).toBeLessThan(all / 2);
    },
  );

  test('An exploration ends at its limit and says that more is left', async () => {
    const { random } = createTestWorld(0, 1);
    const program: Program = [{ kind: 'write', register: 0 }, { kind: 'commit' }, { kind: 'commit' }];
    let runs = 0;
    const explored = await explore(
      async (choose) => {
        const model = createModel([program, program]);
        const steps: Taken[] = [];
        for (let taken = model.step(choose, steps); taken !== null; taken = model.step(choose, steps))
          steps.push(taken);
        runs++;
        return { steps };
      },
      { max: 2, random, isReduced: false },
    );
    expect([explored, runs]).toEqual([{ schedules: 2, isWhole: false }, 2]);
  });
});
