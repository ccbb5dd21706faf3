import { afterAll, afterEach, beforeAll, beforeEach } from 'bun:test';
import type { Store } from '../../core/store.ts';
import type { TestWorld } from '../world.ts';
import { type Shop, shopOver } from './shop.ts';

/** A store of its own, empty, in a world whose clock the test moves. */
export type Opened = {
  readonly store: Store;
  readonly world: TestWorld;
  close(): Promise<void>;
};

/** What no port does or shows: damage, so that what looks for it has something to find, and stored numbers. */
export type Planting = {
  /** The payment is `succeeded`, whatever became of its orders. */
  paymentSucceeded(paymentId: string): Promise<void>;
  /** The task is gone, and its order is not done. */
  taskLost(taskId: string): Promise<void>;
  /** The number of the newest history row, as the task counts it; 0 for a job. */
  seqOf(taskId: string): Promise<number>;
};

export type Open = () => Promise<Opened>;
export type OpenWithPlanting = () => Promise<Opened & { readonly plant: Planting }>;

type PlaceOf<O> = O & { readonly shop: Shop };
export type Place = PlaceOf<Opened>;

/** One store for all tests of the block it is called in; they must not rely on its being empty. */
export const sharedPlace = <O extends Opened>(open: () => Promise<O>): (() => PlaceOf<O>) => {
  const { place, enter, leave } = placeOf(open);
  beforeAll(enter);
  afterAll(leave);
  return place;
};

/** An empty store for each test of the block it is called in. */
export const freshPlace = <O extends Opened>(open: () => Promise<O>): (() => PlaceOf<O>) => {
  const { place, enter, leave } = placeOf(open);
  beforeEach(enter);
  afterEach(leave);
  return place;
};

const placeOf = <O extends Opened>(open: () => Promise<O>) => {
  let place: PlaceOf<O> | null = null;
  return {
    place: () => {
      if (place === null) throw new Error('the store is opened when the test runs, not before');
      return place;
    },
    enter: async () => {
      const opened = await open();
      place = { ...opened, shop: shopOver(opened.store, opened.world) };
    },
    leave: async () => {
      await place?.close();
      place = null;
    },
  };
};
