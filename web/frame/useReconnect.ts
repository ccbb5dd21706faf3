import { useEffect } from 'preact/hooks';
import { askUntilHeard } from '../shared/askUntilHeard.ts';
import type { Site } from './site.ts';

/** While the shop cannot be reached, or cannot say who is signed in: asks until it can, so that nobody has to reload. */
export const useReconnect = (site: Pick<Site, 'account' | 'connection' | 'pause' | 'refresh'>): void => {
  const isUnknown = site.connection.value.isOffline || site.account.failure.value !== null;
  useEffect(() => {
    if (!isUnknown) return;
    const heard = new AbortController();
    void askUntilHeard(site.pause, site.refresh, heard.signal);
    return () => heard.abort();
  }, [site, isUnknown]);
};
