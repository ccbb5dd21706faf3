import { useState } from 'preact/hooks';
import { createLazyPart } from '../frame/lazyPart.tsx';
import { useConsole } from './console.ts';

const LazySessionDialog = createLazyPart(
  async () => (await import('../frame/sessionDialog.tsx')).SessionDialog,
);

/** Says over a page that the session has ended. One may close it, and read on. */
export const SessionEnd = () => {
  const { account, refresh, words } = useConsole();
  const [isClosed, setClosed] = useState(false);
  const hasEnded = account.hasEnded.value;
  if (!hasEnded && isClosed) setClosed(false);
  return hasEnded ? (
    <LazySessionDialog
      isOpen={!isClosed}
      texts={words.value.sessionEnd}
      onSignedIn={refresh}
      onClose={() => setClosed(true)}
    />
  ) : null;
};
