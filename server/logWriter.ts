import type { Timer } from '../core/timer.ts';
import type { WriteLine } from './log.ts';

/** A line waits this long at most. */
const flushAfterMs = 100;
const waitingMax = 32_768;

/**
 * Creates a writer that writes lines in their order. Those that can wait share one write: a write for each of them took
 * more of a process's time than all else about the line. A process that is killed loses what waits.
 */
export const createLineWriter = (
  write: (text: string) => void,
  timer: Timer,
): { readonly write: WriteLine; flush(): void } => {
  let waiting = '';
  let cancel: (() => void) | null = null;
  const flush = (): void => {
    cancel?.();
    cancel = null;
    if (waiting === '') return;
    const text = waiting;
    waiting = '';
    write(text);
  };
  return {
    flush,
    write: (line, { canWait }) => {
      waiting += line;
      if (!canWait || waiting.length >= waitingMax) flush();
      else cancel ??= timer.after(flushAfterMs, flush, { background: true });
    },
  };
};

/**
 * Writes to a stream, or loses the text. A log on a full disk, or whose reader has gone, must not end a process that
 * serves. After such a write Bun emits an event that ends the process unless it is handled, and Deno throws.
 */
export const createLossyWrite = (stream: {
  on(event: 'error', listener: () => void): unknown;
  write(text: string): unknown;
}): ((text: string) => void) => {
  stream.on('error', () => {});
  return (text) => {
    try {
      stream.write(text);
    } catch {
      // The next line may find room.
    }
  };
};
