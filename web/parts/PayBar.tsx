import type { ComponentChildren } from 'preact';

type PayBarProps = {
  readonly label: string;
  /** `3 orders` */
  readonly what: ComponentChildren;
  readonly total: ComponentChildren;
  readonly action: ComponentChildren;
  /** What has just happened. It stands here, because on a phone this bar is always in sight. */
  readonly status: ComponentChildren;
  /** More about the total, where there is room for it. */
  readonly details?: ComponentChildren;
  /** A last word below the button, where there is room for it. */
  readonly foot?: ComponentChildren;
};

/** On a phone a bar at the foot of the window, on a wide page the box beside the list. */
export const PayBar = ({ label, what, total, action, status, details, foot }: PayBarProps) => (
  <section class="pay-bar" aria-label={label}>
    {details === undefined ? null : <div class="details">{details}</div>}
    <div>
      <p class="total">
        <span class="small soft">{what}</span>
        <strong>{total}</strong>
      </p>
      <div class="stack">{action}</div>
    </div>
    {status}
    {foot === undefined ? null : <p class="foot small soft">{foot}</p>}
  </section>
);
