import { useEffect } from 'preact/hooks';
import { useSite } from './site.ts';

/** The title of the window names the page first, because tabs show its beginning alone. */
export const useTitle = (page: string): void => {
  const { settings, words } = useSite();
  const { titleOf } = words.value.frame;
  useEffect(() => {
    document.title = titleOf(page, settings.shopName);
  }, [page, titleOf, settings]);
};
