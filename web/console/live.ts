import type { CallFailure } from '../frame/site.ts';
import { browserLivePorts, watchSight } from '../shared/browserLive.ts';
import type { Call } from '../shared/call.ts';
import type { CreateCell } from '../shared/cells.ts';
import { createLive, type LiveMode } from '../shared/live.ts';
import type { Outcome } from '../shared/outcome.ts';
import type { Pause } from '../shared/pause.ts';
import type { Permission } from '../shared/permissions.ts';
import type { MoneyHealth, Queue, Session } from '../shared/types.ts';

type LivePorts = {
  readonly call: Call;
  readonly cell: CreateCell;
  readonly pause: Pause;
  readonly nowMs: () => number;
  readonly can: (permission: Permission) => boolean;
};

/** An event of `GET /live`. Each has no more than its person may see. */
type LiveState = { readonly queue?: Queue; readonly money?: MoneyHealth };

/** The queue and the money checks as they are now. All pages read these; none asks for them by itself. */
export const createConsoleLive = ({ call, cell, pause, nowMs, can }: LivePorts) => {
  const queue = cell<Queue | null>(null);
  const money = cell<MoneyHealth | null>(null);
  const failure = cell<CallFailure | null>(null);
  const mode = cell<LiveMode>('resting');
  const isPaused = cell(false);
  const pausedMs = cell<number | null>(null);
  let setPaused: (paused: boolean) => void = () => {};

  const show = (state: LiveState): void => {
    failure.value = null;
    if (state.queue !== undefined) queue.value = state.queue;
    if (state.money !== undefined) money.value = state.money;
  };
  const ask = async (signal: AbortSignal): Promise<LiveState | null> => {
    const [ofQueue, ofMoney] = await Promise.all([
      can('queue:read') ? call<Queue>({ method: 'GET', path: '/queue', signal }) : null,
      can('money:read') ? call<MoneyHealth>({ method: 'GET', path: '/money', signal }) : null,
    ]);
    const failed = failureOf(ofQueue) ?? failureOf(ofMoney);
    if (failed !== null) failure.value = failed;
    if (signal.aborted || failed !== null) return null;
    return {
      ...(ofQueue?.kind === 'ok' && { queue: ofQueue.value }),
      ...(ofMoney?.kind === 'ok' && { money: ofMoney.value }),
    };
  };

  return {
    queue,
    money,
    /** Why they are not those of now. */
    failure,
    mode,
    isPaused,
    /** When they were paused, null while they are not. What is shown is as of then. */
    pausedMs,
    pause: (paused: boolean): void => {
      isPaused.value = paused;
      pausedMs.value = paused ? nowMs() : null;
      setPaused(paused);
    },
    forget: (): void => {
      queue.value = null;
      money.value = null;
      failure.value = null;
    },
    /** For a person who is signed in. Returns what ends it. */
    start: ({ customerId, permissions }: Session): (() => void) => {
      const ports = browserLivePorts<LiveState>(`cw.live ${customerId} ${permissions.join(' ')}`);
      const live = createLive<LiveState>({
        ...ports,
        // The stream is for those who may see the queue.
        windows: can('queue:read') ? ports.windows : null,
        ask,
        pause,
        show,
        showMode: (next) => {
          mode.value = next;
        },
      });
      live.setPaused(isPaused.value);
      setPaused = live.setPaused;
      return watchSight({ window, document }, live.see);
    },
  };
};

const failureOf = (outcome: Outcome<unknown> | null): CallFailure | null =>
  outcome === null || outcome.kind === 'ok' || outcome.kind === 'aborted' ? null : outcome;
