import type { Store } from '../../core/store.ts';
import type { World } from '../../core/world.ts';
import { createMemoryStoreOver } from '../model/store.ts';
import { createTables } from '../model/tables.ts';
import type { Books } from './books.ts';
import type { Coverage } from './coverage.ts';
import { createIsIdle, createMemoryBooks, watchEdges } from './memoryBooks.ts';
import type { IsIdle } from './wires.ts';

export type OpenedStore = {
  readonly store: Store;
  readonly books: Books;
  readonly isIdle: IsIdle;
  close(): void;
};

/** Opens an empty store for each history. */
export type OpenStore = (world: World, coverage: Coverage) => OpenedStore;

/** The memory store is fast, so it is for breadth. It has no SQL. */
export const openMemoryStore: OpenStore = (world, coverage) => {
  const tables = createTables();
  watchEdges(tables, coverage);
  return {
    store: createMemoryStoreOver(tables, world),
    books: createMemoryBooks(tables),
    isIdle: createIsIdle(tables),
    close: () => {},
  };
};
