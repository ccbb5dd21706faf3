import type { Unavailable } from '../../core/result.ts';
import type { CheckoutReply, ClientLog, ContactReply, LoggedOrder, RefundReply } from '../chaos/clientLog.ts';
import type { SeededRandom } from '../processes/random.ts';
import type { Api } from './api.ts';
import type { SimulatedProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Row)[] ? Row[] : T[K] };

/** What the actors were answered. */
export type RecordedLog = Writable<
  Pick<
    ClientLog,
    'cancelled' | 'checkouts' | 'refunds' | 'contacts' | 'commands' | 'confirmed' | 'unexpected'
  >
> & { readonly orders: Map<string, LoggedOrder> };

export const createRecordedLog = (): RecordedLog => ({
  ...{ orders: new Map(), cancelled: [], commands: [], confirmed: [], unexpected: [] },
  ...{ checkouts: [] as CheckoutReply[], refunds: [] as RefundReply[], contacts: [] as ContactReply[] },
});

/** What an actor has to act with. */
export type ActorPorts = {
  readonly scheduler: Scheduler;
  readonly log: RecordedLog;
  readonly ask: Ask;
  readonly createKey: () => string;
  /** False once the actors are to stop. */
  readonly isActive: () => boolean;
};

/** Sends a request to a random process. Null: the connection broke, or no answer came in time. */
export type Ask = <T>(random: SeededRandom, work: (api: Api) => Promise<T>) => Promise<T | null>;

const answerMaxMs = 40_000;

/** A request over the network to one of the processes, which may lose it or its answer. */
export const createAsk =
  (
    processes: readonly SimulatedProcess[],
    scheduler: Scheduler,
    lossOf: () => number,
    onFault: (fault: string) => boolean,
    onBug: (line: string) => void,
  ): Ask =>
  (random, work) =>
    new Promise((resolve) => {
      const process = random.pick(processes);
      const isLost = random.unit() < lossOf() && onFault('client lost');
      const losesAnswer = random.bool(0.7);
      const requestMs = random.between(0, 10);
      const answerMs = random.between(0, 10);
      let end = (): void => {};
      const finish = (value: Parameters<typeof resolve>[0]): void => {
        end();
        resolve(value);
      };
      if (isLost && !losesAnswer) {
        scheduler.after(requestMs + answerMs, () => resolve(null));
        return;
      }
      scheduler.after(requestMs, () => {
        const broken = (): void => void scheduler.after(answerMs, () => resolve(null));
        if (process.api() === null) {
          broken();
          return;
        }
        const stopWatching = process.whileUp(broken);
        const cancelLimit = scheduler.after(answerMaxMs, () => finish(null));
        end = () => {
          stopWatching();
          cancelLimit();
        };
        process.capture()(() => {
          const api = process.api();
          if (api === null) return;
          work(api).then(
            (value) => void scheduler.after(answerMs, () => finish(isLost ? null : value)),
            (cause: unknown) => {
              onBug(`a request threw: ${cause instanceof Error ? cause.stack : cause}`);
              finish(null);
            },
          );
        });
      });
    });

/** True for a failure of the database, which says nothing about the command. */
export const isUnavailable = (failure: { readonly kind: string }): failure is Unavailable =>
  failure.kind === 'unavailable';
