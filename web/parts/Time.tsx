import { type Language, useLanguage } from './language.ts';

const minuteMs = 60_000;
const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', minuteMs],
];

const formatTime = (at: Date, language: Language): string =>
  new Intl.DateTimeFormat(language, {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).format(at);

/** `5 minutes ago`, `tomorrow`. Below a minute it is `now`. */
const formatRelative = (at: Date, now: Date, language: Language): string => {
  const ms = at.getTime() - now.getTime();
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const [unit, size] = steps.find(([, size]) => Math.abs(ms) >= size) ?? ['second', Number.POSITIVE_INFINITY];
  return format.format(Math.trunc(ms / size) || 0, unit);
};

type TimeProps = {
  /** As the API sends it. */
  readonly at: string;
  /** Given: how long ago it was. The absolute time is then shown on hover and on focus. */
  readonly now?: Date;
};

export const Time = ({ at, now }: TimeProps) => {
  const language = useLanguage();
  const date = new Date(at);
  const absolute = formatTime(date, language);
  if (now === undefined)
    return (
      <time class="num" dateTime={at}>
        {absolute}
      </time>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a pointer the absolute time is found by focus alone.
    <time dateTime={at} title={absolute} data-absolute={absolute} tabIndex={0}>
      {formatRelative(date, now, language)}
    </time>
  );
};
