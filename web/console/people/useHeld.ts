import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import { useConsole } from '../console.ts';
import { createPeopleApi, type Held } from './peopleApi.ts';

/** What is held of a customer. `load` reads it again, and meanwhile the old is shown. */
export const useHeld = (customerId: string) => {
  const { call } = useConsole();
  const api = useMemo(() => createPeopleApi(call), [call]);
  const [state, show] = useState<{ readonly held: Held | null; readonly failure: CallFailure | null }>({
    held: null,
    failure: null,
  });
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let isOld = false;
    const read = async () => {
      const outcome = await api.held(customerId);
      if (isOld || outcome.kind === 'aborted') return;
      show((last) =>
        outcome.kind === 'ok'
          ? { held: outcome.value, failure: null }
          : { held: last.held, failure: outcome },
      );
    };
    void read();
    return () => {
      isOld = true;
    };
  }, [customerId, asked]);
  return { ...state, load: (): void => setAsked((times) => times + 1) };
};
