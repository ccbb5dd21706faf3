import { useEffect } from 'preact/hooks';
import { askUntilHeard } from '../shared/askUntilHeard.ts';
import type { Shop } from './shop.ts';

/** While the shop cannot be reached: asks until it can, so that nobody has to reload the page. */
export const useReconnect = (shop: Shop): void => {
  const { isOffline } = shop.connection.value;
  useEffect(() => {
    if (!isOffline) return;
    const heard = new AbortController();
    void askUntilHeard(shop.pause, shop.refresh, heard.signal);
    return () => heard.abort();
  }, [shop, isOffline]);
};
