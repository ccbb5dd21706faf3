import { useEffect } from 'preact/hooks';
import { askUntilHeard } from '../shared/askUntilHeard.ts';
import type { Site } from './site.ts';

/** While the shop cannot be reached: asks until it can, so that nobody has to reload the page. */
export const useReconnect = (site: Pick<Site, 'connection' | 'pause' | 'refresh'>): void => {
  const { isOffline } = site.connection.value;
  useEffect(() => {
    if (!isOffline) return;
    const heard = new AbortController();
    void askUntilHeard(site.pause, site.refresh, heard.signal);
    return () => heard.abort();
  }, [site, isOffline]);
};
