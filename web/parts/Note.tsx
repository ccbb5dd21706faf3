import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './Icon.tsx';
import type { Tone } from './Status.tsx';

const icons: Readonly<Record<Tone, IconName>> = {
  calm: 'info',
  busy: 'clock',
  good: 'check',
  warn: 'warn',
  bad: 'warn',
};

type NoteProps = {
  readonly tone: Tone;
  readonly children: ComponentChildren;
  /** Heard at once. For what has just happened because of a press. */
  readonly isAlert?: boolean;
};

/** A few sentences about what one sees, and what to do. It stands beside what it is about. */
export const Note = ({ tone, children, isAlert = false }: NoteProps) => (
  <div class={`note ${tone}`} role={isAlert ? 'alert' : undefined}>
    <Icon name={icons[tone]} />
    <div>{children}</div>
  </div>
);
