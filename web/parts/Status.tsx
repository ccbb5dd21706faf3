import type { ComponentChildren } from 'preact';

export type Tone = 'calm' | 'busy' | 'good' | 'warn' | 'bad';

/** Each tone has a shape of its own, so that nobody needs to see its colour. */
const shapes: Readonly<Record<Tone, ComponentChildren>> = {
  calm: <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.75" />,
  busy: (
    <>
      <circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" stroke-width="1.75" />
      <path d="M6 1.5a4.5 4.5 0 0 1 0 9Z" fill="currentColor" />
    </>
  ),
  good: <circle cx="6" cy="6" r="5.4" fill="currentColor" />,
  warn: <path d="M6 .8 11.7 11H.3Z" fill="currentColor" />,
  bad: <path d="M1 1h10v10H1Z" fill="currentColor" />,
};

export const Shape = ({ tone }: { readonly tone: Tone }) => (
  <svg viewBox="0 0 12 12" aria-hidden="true">
    {shapes[tone]}
  </svg>
);

type StatusProps = { readonly tone: Tone; readonly children: ComponentChildren };

export const Status = ({ tone, children }: StatusProps) => (
  <span class={`status ${tone}`}>
    <Shape tone={tone} />
    {children}
  </span>
);
