import { useConsole } from './console.ts';

/** Lines of a table that is on its way. They are as high as its rows. */
export const SkeletonLines = ({ rows = 6 }: { readonly rows?: number }) => {
  const { state } = useConsole().words.value;
  return (
    <div class="page wide" aria-busy="true">
      <span class="sr">{state.loading}</span>
      <div class="card stack" aria-hidden="true">
        {Array.from({ length: rows }, (_, index) => (
          <span class={index % 3 === 2 ? 'skeleton short' : 'skeleton line'} key={index} />
        ))}
      </div>
    </div>
  );
};
