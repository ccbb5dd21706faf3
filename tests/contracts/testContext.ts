import { afterAll, afterEach, beforeAll, beforeEach } from 'bun:test';
import type { Store } from '../../core/store.ts';
import type { TestWorld } from '../world.ts';
import { createFixture, type Fixture } from './fixture.ts';

/** An empty store in its own world, whose clock the test sets. */
export type OpenedStore = {
  readonly store: Store;
  readonly world: TestWorld;
  close(): Promise<void>;
};

/** Direct access to the stored rows, for what no port does or shows: damage that a check is to find, and stored numbers. */
export type Backdoor = {
  /** Sets the payment to `succeeded` and leaves its orders as they are. */
  markPaymentSucceeded(paymentId: string): Promise<void>;
  /** Deletes the task and leaves its order as it is. */
  deleteTask(taskId: string): Promise<void>;
  /** The task's counts of the history rows of its orders; none for a job. */
  historySeqsOf(taskId: string): Promise<readonly number[]>;
  /** The stored requests for step services. */
  storedRequests(): Promise<readonly string[]>;
  /** Sets what an order holds, and leaves the stock as it is. */
  setHeld(orderId: string, held: number): Promise<void>;
  /** Sets the units that are left, and leaves what was delivered as it is. */
  setUnits(productId: string, units: number): Promise<void>;
  /** The bytes of all attachments of a captured mail, one after the other. */
  attachedBytes(messageId: string): Promise<Uint8Array>;
  /** Every value of every row, as texts. */
  allTexts(): Promise<readonly string[]>;
};

export type OpenStore = () => Promise<OpenedStore>;
export type OpenWithBackdoor = () => Promise<OpenedStore & { readonly backdoor: Backdoor }>;

type ContextOf<O> = O & { readonly fixture: Fixture };
export type TestContext = ContextOf<OpenedStore>;

/** Opens one store for all tests of the calling `describe` block. Its tests must not rely on an empty store. */
export const useSharedStore = <O extends OpenedStore>(openStore: () => Promise<O>): (() => ContextOf<O>) => {
  const { context, open, close } = createContext(openStore);
  beforeAll(open);
  afterAll(close);
  return context;
};

/** Opens an empty store for each test of the calling `describe` block. */
export const useFreshStore = <O extends OpenedStore>(openStore: () => Promise<O>): (() => ContextOf<O>) => {
  const { context, open, close } = createContext(openStore);
  beforeEach(open);
  afterEach(close);
  return context;
};

const createContext = <O extends OpenedStore>(openStore: () => Promise<O>) => {
  let current: ContextOf<O> | null = null;
  return {
    context: () => {
      if (current === null) throw new Error('the store is not open before the test runs');
      return current;
    },
    open: async () => {
      const opened = await openStore();
      current = { ...opened, fixture: createFixture(opened.store, opened.world) };
    },
    close: async () => {
      await current?.close();
      current = null;
    },
  };
};
