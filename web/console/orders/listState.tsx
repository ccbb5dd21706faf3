import type { ComponentChildren } from 'preact';
import { FailureNote } from '../../frame/failureNote.tsx';
import { focusList } from '../../frame/pageFocus.ts';
import type { CallFailure } from '../../frame/site.ts';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { SkeletonRows } from '../../parts/Skeleton.tsx';

type ListStateProps = {
  readonly items: readonly unknown[] | null;
  readonly failure: CallFailure | null;
  readonly isLoading: boolean;
  readonly reload: () => Promise<void>;
  readonly loadingLabel: string;
  /** What is said in place of an empty list. */
  readonly empty: { readonly title: string; readonly text: string; readonly action?: ComponentChildren };
  readonly children: ComponentChildren;
};

/** A list in each of its states. Old rows stay while new ones are loaded, and below what did not work. */
export const ListState = ({
  items,
  failure,
  isLoading,
  reload,
  loadingLabel,
  empty,
  children,
}: ListStateProps) => {
  const retry = async () => {
    await reload();
    focusList();
  };
  return (
    <>
      {failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void retry()} isRetrying={isLoading} />
      )}
      {items === null ? (
        failure === null ? (
          <SkeletonRows label={loadingLabel} rows={4} />
        ) : null
      ) : items.length > 0 ? (
        <div aria-busy={isLoading ? 'true' : undefined}>{children}</div>
      ) : isLoading || failure !== null ? null : (
        <EmptyState title={empty.title} action={empty.action}>
          {empty.text}
        </EmptyState>
      )}
    </>
  );
};
