/** Text by name, as `localStorage` and `sessionStorage` keep it. */
export type Store = {
  readonly get: (name: string) => string | null;
  readonly set: (name: string, value: string) => void;
  readonly remove: (name: string) => void;
  readonly names: () => readonly string[];
};

/**
 * A store that never throws. A browser may refuse storage (private windows, a full disk, a policy). What could not be
 * stored is kept in this page's memory, so that the page goes on; it is then lost with the page.
 */
export const createStore = (open: () => Storage): Store => {
  const memory = new Map<string, string>();
  const attempt = <Value>(work: (storage: Storage) => Value, otherwise: Value): Value => {
    try {
      return work(open());
    } catch {
      return otherwise;
    }
  };
  return {
    get: (name) => memory.get(name) ?? attempt((storage) => storage.getItem(name), null),
    set: (name, value) => {
      const isStored = attempt((storage) => {
        storage.setItem(name, value);
        return true;
      }, false);
      if (isStored) memory.delete(name);
      else memory.set(name, value);
    },
    remove: (name) => {
      memory.delete(name);
      attempt((storage) => storage.removeItem(name), undefined);
    },
    names: () => [
      ...new Set([...memory.keys(), ...attempt((storage) => Object.keys(storage), [] as readonly string[])]),
    ],
  };
};

/** Kept over reloads, crashes and sign-outs, and shared by all windows. */
export const longStore = (): Store => createStore(() => localStorage);

/** Kept as long as the window. */
export const windowStore = (): Store => createStore(() => sessionStorage);
