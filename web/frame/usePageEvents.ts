import { useEffect } from 'preact/hooks';
import { sessionMarkName } from '../shared/session.ts';
import type { Site } from './site.ts';

/** A page that was out of sight for longer asks again when it is seen. */
const freshForMs = 30_000;

/**
 * When what is shown may be old: the page comes back, or another window signs in or out, or has stored something that
 * `isNews` knows.
 */
export const usePageEvents = (
  { refresh }: Pick<Site, 'refresh'>,
  isNews: (event: StorageEvent) => boolean = () => false,
): void => {
  useEffect(() => {
    let hiddenAtMs: number | null = null;
    const listeners: readonly (readonly [EventTarget, string, (event: Event) => void])[] = [
      [
        window,
        'pageshow',
        // Back from another site: the browser kept the page as it was.
        (event) => {
          if (event instanceof PageTransitionEvent && event.persisted) void refresh();
        },
      ],
      [
        window,
        'storage',
        (event) => {
          if (event instanceof StorageEvent && (event.key === sessionMarkName || isNews(event)))
            void refresh();
        },
      ],
      [
        document,
        'visibilitychange',
        () => {
          const isHidden = document.visibilityState === 'hidden';
          if (!isHidden && hiddenAtMs !== null && Date.now() - hiddenAtMs > freshForMs) void refresh();
          hiddenAtMs = isHidden ? Date.now() : null;
        },
      ],
      [document, 'click', closeMenu],
    ];
    for (const [target, name, listener] of listeners) target.addEventListener(name, listener);
    return () => {
      for (const [target, name, listener] of listeners) target.removeEventListener(name, listener);
    };
  }, [refresh]);
};

/** A link in the menu changes the page and loads no document, so the menu would stay open. */
const closeMenu = ({ target }: Event): void => {
  const pressed = target instanceof Element ? target.closest('.menu a, .menu button') : null;
  const menu = pressed?.closest('[popover]');
  if (menu instanceof HTMLElement) menu.hidePopover();
};
