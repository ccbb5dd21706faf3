import type { ComponentChildren } from 'preact';

type EmptyStateProps = {
  readonly title: string;
  readonly children?: ComponentChildren;
  /** The next step. */
  readonly action?: ComponentChildren;
};

/** Nothing is here yet, and this is what one can do. Never a bare head of a table. */
export const EmptyState = ({ title, children, action }: EmptyStateProps) => (
  <div class="empty">
    <svg viewBox="0 0 72 72" fill="none" stroke="currentColor" stroke-width="2" aria-hidden="true">
      <path d="M12 28 36 18l24 10v22L36 60 12 50Zm0 0 24 10 24-10M36 38v22" stroke-linejoin="round" />
      <path d="M36 4v7m-13-4 3 6m23-6-3 6" stroke-linecap="round" />
    </svg>
    <h2>{title}</h2>
    {children === undefined ? null : <p class="soft">{children}</p>}
    {action}
  </div>
);
