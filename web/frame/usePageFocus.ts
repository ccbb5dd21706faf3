import { useLayoutEffect, useRef } from 'preact/hooks';
import { useLocation } from './location.tsx';
import { focusHeading, focusList } from './pageFocus.ts';
import type { Site } from './site.ts';

/** After each change of pages: the focus is on its heading, its top is in sight, and old messages are gone. */
export const usePageFocus = ({ toast }: Pick<Site, 'toast'>): void => {
  const { path, query } = useLocation();
  const before = useRef({ path, cursor: query.cursor });
  const isBack = useRef(false);
  // Before the location listens, which draws the page anew.
  useLayoutEffect(() => {
    const onPop = () => {
      isBack.current = true;
    };
    // A step back that needed no focus is over with the next press.
    const onPress = () => {
      isBack.current = false;
    };
    addEventListener('popstate', onPop);
    addEventListener('click', onPress, true);
    return () => {
      removeEventListener('popstate', onPop);
      removeEventListener('click', onPress, true);
    };
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
    toast.leave();
    focusHeading();
  }, [path, query.cursor]);
};
