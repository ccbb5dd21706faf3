/** Lets a limited number of holders in at a time, first come, first served. */
export type Semaphore = {
  /** Resolves to true when there is room, or to false on abort. */
  acquire(signal: AbortSignal): Promise<boolean>;
  release(): void;
  /**
   * Called by a holder for which there was no room elsewhere: from now on there are half as many as hold now, and at
   * least one. While more than that still hold, further calls change nothing: they saw the same lack of room. False if
   * it is the only holder.
   */
  shrink(): boolean;
  /** One holder more, up to the first limit. */
  grow(): void;
};

export const createSemaphore = (limitMax: number): Semaphore => {
  const waiting = new Set<() => void>();
  let limit = limitMax;
  let holders = 0;

  const admit = (): void => {
    for (const enter of waiting) {
      if (holders >= limit) return;
      waiting.delete(enter);
      holders++;
      enter();
    }
  };

  return {
    acquire: (signal) =>
      new Promise((resolve) => {
        const enter = () => {
          signal.removeEventListener('abort', leave);
          resolve(true);
        };
        const leave = () => {
          waiting.delete(enter);
          resolve(false);
        };
        if (signal.aborted) return resolve(false);
        signal.addEventListener('abort', leave, { once: true });
        waiting.add(enter);
        admit();
      }),
    release: () => {
      holders--;
      admit();
    },
    shrink: () => {
      if (holders <= 1) return false;
      if (holders <= limit) limit = Math.max(1, Math.floor(holders / 2));
      return true;
    },
    grow: () => {
      limit = Math.min(limit + 1, limitMax);
      admit();
    },
  };
};
