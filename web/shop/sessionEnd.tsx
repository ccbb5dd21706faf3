import { useState } from 'preact/hooks';
import { SessionDialog } from './sessionDialog.tsx';
import { useShop } from './shop.ts';

/** Says over a page of the shop that the session has ended. One may close it, and read on. */
export const SessionEnd = () => {
  const { account, refresh } = useShop();
  const [isClosed, setClosed] = useState(false);
  const hasEnded = account.hasEnded.value;
  if (!hasEnded && isClosed) setClosed(false);
  return hasEnded ? (
    <SessionDialog isOpen={!isClosed} onSignedIn={refresh} onClose={() => setClosed(true)} />
  ) : null;
};
