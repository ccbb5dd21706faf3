import type { ComponentChildren } from 'preact';
import { FailureNote } from '../frame/failureNote.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import { Pager } from '../parts/Pager.tsx';
import { useConsole } from './console.ts';
import { SkeletonLines } from './skeletonLines.tsx';
import type { useList } from './useList.ts';

type ListBodyProps<Item> = {
  readonly list: ReturnType<typeof useList<Item>>;
  /** Shown if there is nothing to list. */
  readonly empty: ComponentChildren;
  /** Shows what there is. */
  readonly children: (items: readonly Item[]) => ComponentChildren;
  /** The cursor of this page. Null on the first one. */
  readonly cursor: string | null;
  readonly hrefAt: (cursor: string | null) => string;
  readonly labels: { readonly first: string; readonly next: string };
};

/** A list in each of its states: not there yet, empty, shown, loading again, failed; and the links to its pages. */
export const ListBody = <Item,>(props: ListBodyProps<Item>) => {
  const { list, empty, children, cursor, hrefAt, labels } = props;
  const { items, failure, isLoading, nextCursor, load } = list;
  const { words } = useConsole();
  const retry = async () => {
    await load();
    focusHeading();
  };
  return (
    <>
      {failure === null ? null : (
        <FailureNote failure={failure} onRetry={() => void retry()} isRetrying={isLoading} />
      )}
      {items === null ? (
        failure === null ? (
          <SkeletonLines />
        ) : null
      ) : items.length > 0 ? (
        <div aria-busy={isLoading ? 'true' : undefined}>{children(items)}</div>
      ) : isLoading || failure !== null ? null : (
        empty
      )}
      <Pager
        label={words.value.frame.pages}
        first={cursor === null ? null : { href: hrefAt(null), label: labels.first }}
        next={nextCursor === null ? null : { href: hrefAt(nextCursor), label: labels.next }}
      />
    </>
  );
};
