import { useEffect } from 'preact/hooks';
import { askUntilHeard } from '../shared/askUntilHeard.ts';
import type { Site } from './site.ts';

/** While the shop cannot be reached, or cannot say who is signed in: asks until it can, so that nobody has to reload. */
export const useReconnect = (site: Pick<Site, 'account' | 'connection' | 'pause' | 'refresh'>): void => {
  const { account, connection, pause, refresh } = site;
  const isUnknown = connection.value.isOffline || account.failure.value !== null;
  useEffect(() => {
    if (!isUnknown) return;
    const heard = new AbortController();
    void askUntilHeard(pause, refresh, heard.signal);
    return () => heard.abort();
  }, [site, isUnknown]);
};
