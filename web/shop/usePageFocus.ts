import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { Shop } from './shop.ts';

const focus = (element: HTMLElement | null, isInSight: boolean): void => {
  if (element === null) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: isInSight });
};

/** The heading of the page has the focus, so that readers of the screen start there, and Tab goes on from there. */
export const focusHeading = (): void =>
  focus(document.querySelector<HTMLElement>('#main h1') ?? document.getElementById('main'), true);

/** The heading of the page's list, where the list is not all of the page. */
export const focusList = (): void => {
  const list = document.querySelector<HTMLElement>('#main [data-list]');
  if (list === null) focusHeading();
  else focus(list, false);
};

/** After each change of pages: the focus is on its heading, its top is in sight, and old messages are gone. */
export const usePageFocus = (shop: Shop): void => {
  const { path, query } = useLocation();
  const before = useRef({ path, cursor: query.cursor });
  const isBack = useRef(false);
  useEffect(() => {
    const onPop = () => {
      isBack.current = true;
    };
    addEventListener('popstate', onPop);
    return () => removeEventListener('popstate', onPop);
  }, []);
  useLayoutEffect(() => {
    const last = before.current;
    before.current = { path, cursor: query.cursor };
    const wasBack = isBack.current;
    isBack.current = false;
    if (last.path === path && last.cursor === query.cursor) return;
    // What is typed also leads to the first page, and typing goes on.
    if (last.path === path && document.activeElement instanceof HTMLInputElement) return;
    const hasList = document.querySelector('#main [data-list]') !== null;
    // The browser itself goes back to where one was.
    if (!wasBack && (last.path !== path || !hasList)) scrollTo(0, 0);
    if (last.path === path) return focusList();
    shop.toast.leave();
    focusHeading();
  }, [path, query.cursor]);
};
