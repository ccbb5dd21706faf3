import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/**
 * The heading of a step of the import. What was pressed is gone with the step before, so the heading takes the focus, for
 * the keys and for readers of the screen. Each other `part` of the step begins there too.
 */
export const useStepHeading = (part: string): RefObject<HTMLHeadingElement | null> => {
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useLayoutEffect(() => {
    // Who comes back from another page begins at the heading of this one.
    if (!isFirst.current || document.activeElement === document.body) heading.current?.focus();
    isFirst.current = false;
  }, [part]);
  return heading;
};
