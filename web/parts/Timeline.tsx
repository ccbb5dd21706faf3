import type { ComponentChildren } from 'preact';
import { Shape, type Tone } from './Status.tsx';
import { Time } from './Time.tsx';

type TimelineItem = {
  readonly key: string;
  readonly tone: Tone;
  readonly title: string;
  /** Null for what is still to come. */
  readonly at: string | null;
  readonly detail?: ComponentChildren;
};

type TimelineProps = {
  readonly label: string;
  readonly items: readonly TimelineItem[];
  /** Where several things happen within a minute. */
  readonly hasSeconds?: boolean;
};

/** What happened, by time, and what is to come. */
export const Timeline = ({ label, items, hasSeconds = false }: TimelineProps) => (
  <ol class="timeline" aria-label={label}>
    {items.map(({ key, tone, title, at, detail }) => (
      <li key={key} class={at === null ? 'ahead' : tone}>
        <Shape tone={at === null ? 'calm' : tone} />
        <div>
          <div class="what">
            <b>{title}</b>
            {at === null ? null : (
              <span class="small soft">
                <Time at={at} hasSeconds={hasSeconds} />
              </span>
            )}
          </div>
          {detail === undefined ? null : <div class="small soft">{detail}</div>}
        </div>
      </li>
    ))}
  </ol>
);
