import { type ComponentChildren, createContext } from 'preact';
import { useContext, useLayoutEffect, useMemo, useState } from 'preact/hooks';

type PageLocation = {
  /** Path and query. */
  readonly url: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  /** Goes to another page of this document. Back comes back from it, unless it replaces this one. */
  readonly route: (url: string, isReplacing?: boolean) => void;
};

const LocationContext = createContext<PageLocation | null>(null);

export const useLocation = (): PageLocation => {
  const location = useContext(LocationContext);
  if (location === null) throw new Error('There is no location here.');
  return location;
};

type LocationProviderProps = {
  /** Links to these addresses change the page. All others load a document. */
  readonly scope: RegExp;
  readonly children: ComponentChildren;
};

/** Follows links and Back without loading a document. */
export const LocationProvider = ({ scope, children }: LocationProviderProps) => {
  const [url, setUrl] = useState(currentUrl);
  // Before the page is drawn: a link that is pressed at once would load a document.
  useLayoutEffect(() => {
    const onClick = (event: MouseEvent) => {
      const href = hrefOf(event);
      if (href === null || !scope.test(href)) return;
      event.preventDefault();
      go(href, false);
    };
    const onPop = () => setUrl(currentUrl());
    addEventListener('click', onClick);
    addEventListener('popstate', onPop);
    return () => {
      removeEventListener('click', onClick);
      removeEventListener('popstate', onPop);
    };
  }, [scope]);

  const go = (next: string, isReplacing = false): void => {
    if (isReplacing) history.replaceState(null, '', next);
    else history.pushState(null, '', next);
    setUrl(currentUrl());
  };
  const value = useMemo(() => {
    const { pathname, searchParams } = new URL(url, location.origin);
    return {
      url,
      path: pathname.replace(/\/+$/, '') || '/',
      query: Object.fromEntries(searchParams),
      route: go,
    };
  }, [url]);
  return <LocationContext.Provider value={value}>{children}</LocationContext.Provider>;
};

const currentUrl = (): string => location.pathname + location.search;

/** The address of a link on this site that was pressed to be followed here. Null for any other press. */
const hrefOf = (event: MouseEvent): string | null => {
  const isPlain = event.button === 0 && !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  if (!isPlain || event.defaultPrevented || link === null) return null;
  const isElsewhere = link.origin !== location.origin || link.target !== '' || link.hasAttribute('download');
  // A link within the page, such as the one that skips the bar.
  const isHere = link.getAttribute('href')?.startsWith('#') !== false;
  return isElsewhere || isHere ? null : link.pathname + link.search;
};
