import type { ComponentChildren } from 'preact';

/**
 * The one line of a page that says what has just happened. It stays in the page while it is empty, because readers of
 * the screen only hear a change of a line that was there.
 */
export const StatusLine = ({ children }: { readonly children?: ComponentChildren }) => (
  <p class="toast" role="status">
    {children}
  </p>
);
