import { useEffect, useState } from 'preact/hooks';
import type { CallFailure } from '../frame/site.ts';
import type { PayOptions } from '../shared/types.ts';
import { useShop } from './shop.ts';

type Loaded = { readonly options: PayOptions | null; readonly failure: CallFailure | null };

const nothing: Loaded = { options: null, failure: null };

/** How the shop charges, in the language of the page. */
export const usePayOptions = () => {
  const { api, language, refreshes } = useShop();
  const [loaded, setLoaded] = useState(nothing);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    let isWanted = true;
    void api.payOptions().then((outcome) => {
      if (!isWanted || outcome.kind === 'aborted') return;
      if (outcome.kind === 'ok') setLoaded({ options: outcome.value, failure: null });
      else setLoaded(({ options }) => ({ options, failure: outcome }));
    });
    return () => {
      isWanted = false;
    };
  }, [language.value, refreshes.value, tries]);
  return { ...loaded, retry: () => setTries(tries + 1) };
};
