import { afterAll, afterEach, beforeAll, beforeEach } from 'bun:test';
import type { Store } from '../../core/store.ts';
import type { TestWorld } from '../world.ts';
import { type Shop, shopOver } from './shop.ts';

/** A store of its own, empty, in a world whose clock the test moves. */
export type Opened = { readonly store: Store; readonly world: TestWorld; close(): Promise<void> };
export type Open = () => Promise<Opened>;

export type Place = Opened & { readonly shop: Shop };

/** One store for all tests of the block it is called in; they must not rely on its being empty. */
export const sharedPlace = (open: Open): (() => Place) => {
  const { place, enter, leave } = placeOf(open);
  beforeAll(enter);
  afterAll(leave);
  return place;
};

/** An empty store for each test of the block it is called in. */
export const freshPlace = (open: Open): (() => Place) => {
  const { place, enter, leave } = placeOf(open);
  beforeEach(enter);
  afterEach(leave);
  return place;
};

const placeOf = (open: Open) => {
  let place: Place | null = null;
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
