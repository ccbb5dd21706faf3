import { formatRelative, formatTime } from '../shared/time.ts';
import { useLanguage } from './language.ts';

type TimeProps = {
  /** As the API sends it. */
  readonly at: string;
  /** Given: how long ago it was. The absolute time is then shown on hover and on focus. */
  readonly now?: number;
  readonly hasSeconds?: boolean;
};

export const Time = ({ at, now, hasSeconds = false }: TimeProps) => {
  const language = useLanguage();
  const absolute = formatTime(at, language, undefined, hasSeconds ? 'medium' : 'short');
  if (now === undefined)
    return (
      <time class="num" dateTime={at}>
        {absolute}
      </time>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without a pointer the absolute time is found by focus alone.
    <time dateTime={at} title={absolute} data-absolute={absolute} tabIndex={0}>
      {formatRelative(at, now, language)}
    </time>
  );
};
