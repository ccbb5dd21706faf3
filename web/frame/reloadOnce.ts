import { windowStore } from '../shared/store.ts';

const reloadedName = 'cw.reloaded';

/**
 * After an update of the shop, an old document may ask for a file that is gone. A new one does not. False if it was tried
 * already, or if there is no connection.
 */
export const reloadOnce = (): boolean => {
  const store = windowStore();
  if (!navigator.onLine || store.get(reloadedName) !== null) return false;
  store.set(reloadedName, '1');
  location.reload();
  return true;
};

export const forgetReload = (): void => windowStore().remove(reloadedName);
