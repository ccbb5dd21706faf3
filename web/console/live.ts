import type { CallFailure } from '../frame/site.ts';
import type { Call } from '../shared/call.ts';
import type { CreateCell } from '../shared/cells.ts';
import type { Outcome } from '../shared/outcome.ts';
import type { Pause } from '../shared/pause.ts';
import type { Permission } from '../shared/permissions.ts';
import type { MoneyHealth, Queue } from '../shared/types.ts';

type LivePorts = {
  readonly call: Call;
  readonly cell: CreateCell;
  readonly pause: Pause;
  readonly can: (permission: Permission) => boolean;
};

const pauseMs = 5_000;

/** The queue and the money checks as they are now. All pages read these; none asks for them by itself. */
export const createLive = ({ call, cell, pause, can }: LivePorts) => {
  const queue = cell<Queue | null>(null);
  const money = cell<MoneyHealth | null>(null);
  const failure = cell<CallFailure | null>(null);

  const ask = async (signal: AbortSignal): Promise<void> => {
    const [ofQueue, ofMoney] = await Promise.all([
      can('queue:read') ? call<Queue>({ method: 'GET', path: '/queue', signal }) : null,
      can('money:read') ? call<MoneyHealth>({ method: 'GET', path: '/money', signal }) : null,
    ]);
    if (signal.aborted) return;
    if (ofQueue?.kind === 'ok') queue.value = ofQueue.value;
    if (ofMoney?.kind === 'ok') money.value = ofMoney.value;
    failure.value = failureOf(ofQueue) ?? failureOf(ofMoney);
  };

  return {
    queue,
    money,
    /** Why they are not those of now. */
    failure,
    forget: (): void => {
      queue.value = null;
      money.value = null;
      failure.value = null;
    },
    /** Returns what ends it. */
    start: (): (() => void) => {
      const ended = new AbortController();
      const run = async () => {
        while (!ended.signal.aborted) {
          await ask(ended.signal);
          await pause(pauseMs, ended.signal);
        }
      };
      void run();
      return () => ended.abort();
    },
  };
};

const failureOf = (outcome: Outcome<unknown> | null): CallFailure | null =>
  outcome === null || outcome.kind === 'ok' || outcome.kind === 'aborted' ? null : outcome;
