import type { ComponentChildren } from 'preact';

type StatusLineProps = {
  readonly children?: ComponentChildren;
  /** At the foot of the window, so that it is seen wherever in a long list one is. */
  readonly isFloating?: boolean;
};

/**
 * The one line of a page that says what has just happened. It stays in the page while it is empty, because readers of
 * the screen only hear a change of a line that was there.
 */
export const StatusLine = ({ children, isFloating = false }: StatusLineProps) => (
  <p class={isFloating ? 'toast floating' : 'toast'} role="status">
    {children}
  </p>
);
