import { useLayoutEffect, useRef } from 'preact/hooks';
import { focusList } from '../frame/pageFocus.ts';

/**
 * What is taken away takes the focus along: a row that is done, a pause that has ended. The heading of its section then
 * has it, so that keys go on from there. The page puts what this returns on its outermost element.
 */
export const useKeptFocus = () => {
  const last = useRef<{ readonly element: Element; readonly section: Element | null } | null>(null);
  useLayoutEffect(() => {
    if (last.current === null || last.current.element.isConnected) return;
    const { section } = last.current;
    last.current = null;
    if (document.activeElement !== document.body) return;
    const heading = section?.isConnected === true ? section.querySelector<HTMLElement>('h2') : null;
    if (heading === null) return focusList();
    heading.tabIndex = -1;
    heading.focus();
  });
  return {
    onFocusIn: ({ target }: FocusEvent) => {
      if (target instanceof Element) last.current = { element: target, section: target.closest('section') };
    },
    // A press beside everything takes the focus away on purpose. One on something that takes it is heard of above.
    onPointerDown: () => {
      last.current = null;
    },
  };
};
