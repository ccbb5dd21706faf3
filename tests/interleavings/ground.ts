import type { Result } from 'neverthrow';
import type { Archive } from '../../core/archive.ts';
import type { Store } from '../../core/store.ts';
import type { Fixture } from '../contracts/fixture.ts';
import type { TestWorld } from '../world.ts';
import type { Run } from './engine/schedule.ts';
import type { Snapshot } from './snapshot.ts';

/** Who runs a verb: a process with its own connection, clock and ids. */
export type Actor = {
  readonly store: Store;
  readonly archive: Archive;
  readonly world: TestWorld;
  readonly shop: Fixture;
};

/** A command that writes. */
export type Verb<Rows> = {
  /** The method of the store that it calls, such as `audits.claim`. */
  readonly port: string;
  /** Returns what its caller learns. */
  readonly run: (actor: Actor, rows: Rows) => Promise<string>;
  /** It leaves rows that somebody else has locked to the next call, and says `nothing`. */
  readonly skips?: true;
  /** Several calls, one after the other. Others may come between them, so only the rules judge. */
  readonly isSeveral?: true;
};

/** Rows in one state, and the verbs that meet in them. */
export type GroundSpec<Rows> = {
  readonly name: string;
  readonly build: (actor: Actor) => Promise<Rows>;
  readonly verbs: Readonly<Record<string, Verb<Rows>>>;
  /** Rules that do not hold here, by the first word of what they say. */
  readonly ignores?: readonly string[];
  /** Rules of this ground alone. `verbs` are the names of those that ran, one for each session. */
  readonly check?: (
    snapshot: Snapshot,
    run: Run<string>,
    verbs: readonly string[],
    rows: Rows,
  ) => readonly string[];
};

/** A ground whose rows only its own functions know. */
export type AnyGround = GroundSpec<unknown>;

/** Forgets the type of the rows. They go only to functions of the same ground. */
export const ground = <Rows>(spec: GroundSpec<Rows>): AnyGround => spec as unknown as AnyGround;

type PortFailure = { readonly kind: string; readonly reason?: string };

/** What a port answers, as one word. An outage is a fault: there is none here, so something was broken or given up. */
export const say = async <T, F extends PortFailure>(
  answer: Promise<Result<T, F>>,
  describe: (value: T) => string,
): Promise<string> => {
  const result = await answer;
  if (result.isOk()) return describe(result.value);
  const { kind, reason } = result.error;
  if (kind === 'unavailable') throw new Error(`unavailable: ${reason}`);
  return kind;
};

export const count = (value: number | readonly unknown[]): string => {
  const number = typeof value === 'number' ? value : value.length;
  return number === 0 ? 'nothing' : String(number);
};
export const done = (): string => 'done';
