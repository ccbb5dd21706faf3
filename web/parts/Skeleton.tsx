type SkeletonProps = {
  /** Said to readers of the screen. */
  readonly label: string;
  readonly rows: number;
};

/** Rows of their final height while the real ones are on their way, so that nothing jumps when they come. */
export const SkeletonRows = ({ label, rows }: SkeletonProps) => (
  <div class="stack" aria-busy="true">
    <span class="sr">{label}</span>
    {Array.from({ length: rows }, (_, index) => (
      <div class="card skeleton-row" key={index} aria-hidden="true">
        <span class="skeleton picture" />
        <span class="stack">
          <span class="skeleton line" />
          <span class="skeleton short" />
        </span>
      </div>
    ))}
  </div>
);
