import type { Outcome, Refused, SignedOut, Unanswered } from '../../shared/outcome.ts';
import type { Draft, RowProblem } from './judgeRows.ts';

export type RowToSend = { readonly number: number; readonly draft: Draft };
export type Written = { readonly created: number; readonly updated: number };

export type RunState = {
  readonly kind: 'ready' | 'running' | 'stopping' | 'stopped' | 'done';
  readonly total: number;
  /** Taken or refused for good. */
  readonly settled: number;
  readonly created: number;
  readonly updated: number;
  /** By the number of the row: what the shop said of it. */
  readonly refused: ReadonlyMap<number, RowProblem>;
  /** Rows that have not been sent, or got no answer. */
  readonly waiting: readonly number[];
  readonly failure: Refused | SignedOut | Unanswered | null;
};

type RunPorts = {
  readonly send: (drafts: readonly Draft[]) => Promise<Outcome<Written>>;
  readonly show: (state: RunState) => void;
};

/** The API's limits are 1,000 products and 1 MiB. */
const sliceRows = 1_000;
const sliceBytes = 900_000;

/** A refusal has at most so many errors, and the last one may say how many more there are. */
const errorsMax = 20;

/**
 * Sends the rows in slices, one after the other. A slice is stored whole or not at all, so a row that the shop refuses
 * leaves its slice and the others are sent again. What got no answer is sent again too: a code that is there already
 * is written a second time, with the same values.
 */
export const createImportRun = (rows: readonly RowToSend[], { send, show }: RunPorts) => {
  let queue = rows;
  let rowsMax = sliceRows;
  let isStopping = false;
  let state: RunState = {
    kind: 'ready',
    total: rows.length,
    settled: 0,
    created: 0,
    updated: 0,
    refused: new Map(),
    waiting: rows.map(({ number }) => number),
    failure: null,
  };
  const change = (next: Partial<RunState>): void => {
    state = { ...state, ...next };
    show(state);
  };
  const waiting = () => queue.map(({ number }) => number);

  const settle = (slice: readonly RowToSend[], written: Written): void => {
    queue = queue.slice(slice.length);
    change({
      settled: state.settled + slice.length,
      created: state.created + written.created,
      updated: state.updated + written.updated,
      waiting: waiting(),
    });
  };
  const leaveOut = (refused: ReadonlyMap<number, RowProblem>): void => {
    queue = queue.filter(({ number }) => !refused.has(number));
    change({
      settled: state.settled + refused.size,
      refused: new Map([...state.refused, ...refused]),
      waiting: waiting(),
    });
  };

  /** False if the run has to wait for somebody. */
  const sendNext = async (): Promise<boolean> => {
    const slice = sliceOf(queue, rowsMax);
    const outcome = await send(slice.map(({ draft }) => draft));
    if (outcome.kind === 'ok') {
      settle(slice, outcome.value);
      return true;
    }
    if (outcome.kind === 'aborted') return false;
    if (outcome.kind === 'problem') {
      const { code } = outcome.problem;
      const refused = code === 'validation_failed' ? refusedRows(slice, outcome) : new Map();
      if (refused.size > 0) {
        leaveOut(refused);
        return true;
      }
      if (code === 'body_too_large' && slice.length > 1) {
        rowsMax = Math.ceil(slice.length / 2);
        return true;
      }
    }
    change({ failure: outcome });
    return false;
  };

  return {
    state: (): RunState => state,

    /** Begins, or goes on where it was stopped. A second press does nothing. */
    start: async (): Promise<void> => {
      if (state.kind === 'running' || state.kind === 'done') return;
      const wasStopping = state.kind === 'stopping';
      isStopping = false;
      change({ kind: 'running', failure: null });
      // The slice that is under way goes on, and with it the run.
      if (wasStopping) return;
      while (queue.length > 0 && !isStopping) if (!(await sendNext())) break;
      change({ kind: queue.length === 0 ? 'done' : 'stopped' });
    },

    /** After the slice that is under way. */
    stop: (): void => {
      if (state.kind !== 'running') return;
      isStopping = true;
      change({ kind: 'stopping' });
    },
  };
};

const encoder = new TextEncoder();

const sliceOf = (queue: readonly RowToSend[], rowsMax: number): readonly RowToSend[] => {
  let bytes = 2;
  let count = 0;
  for (const { draft } of queue) {
    bytes += encoder.encode(JSON.stringify(draft)).length + 1;
    if (count > 0 && (count === rowsMax || bytes > sliceBytes)) break;
    count++;
  }
  return queue.slice(0, count);
};

/** The rows that a refusal names by their places in the slice: `/17/stock` is the 18th. */
const refusedRows = (slice: readonly RowToSend[], { problem }: Refused): ReadonlyMap<number, RowProblem> => {
  const refused = new Map<number, RowProblem>();
  const errors = problem.errors ?? [];
  for (const { path, message } of errors.slice(0, errorsMax - 1)) {
    const [, place = '', field] = path.split('/');
    const row = slice[Number(place === '' ? Number.NaN : place)];
    if (row === undefined || refused.has(row.number)) continue;
    const isStockMissing = field === 'stock' && row.draft.stock === undefined;
    refused.set(row.number, isStockMissing ? { kind: 'stock_needed' } : { kind: 'refused', message });
  }
  return refused;
};
