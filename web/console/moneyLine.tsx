import { Shape, type Tone } from '../parts/Status.tsx';
import { formatClock } from '../shared/time.ts';
import { useConsole } from './console.ts';

/** Always on top: whether the money is right, and where to look if it is not. */
export const MoneyLine = () => {
  const { account, can, connection, language, live, toast, words } = useConsole();
  const { areas, live: ofLive, money: texts } = words.value;
  const pausedMs = live.pausedMs.value;
  const isPaused = pausedMs !== null;
  const hasNumbers = can('queue:read') || can('money:read');
  const money = live.money.value;
  const open = Object.values(money?.checks ?? {}).reduce((sum, { count }) => sum + count, 0);
  const isClosed = account.session.value !== undefined && !can('money:read');
  const [tone, text]: readonly [Tone, string] = isClosed
    ? ['calm', texts.closed]
    : live.failure.value !== null || connection.value.isOffline
      ? // A green line that is old would not be true.
        ['warn', texts.unknown]
      : money === null
        ? ['calm', texts.asking]
        : money.healthy
          ? [isPaused ? 'calm' : 'good', texts.healthy]
          : ['bad', texts.red(open)];
  return (
    <section class={`money-line ${tone}`} aria-label={areas.money}>
      <Shape tone={tone} />
      <a href="/console/money">{text}</a>
      {isPaused ? <span>{ofLive.asOf(formatClock(pausedMs, language.value))}</span> : null}
      {hasNumbers ? (
        <button
          type="button"
          aria-label={isPaused ? ofLive.resumeLabel : ofLive.pauseLabel}
          onClick={() => {
            live.pause(!isPaused);
            toast.say(isPaused ? ofLive.resumed : ofLive.paused);
          }}
        >
          {isPaused ? ofLive.resume : ofLive.pause}
        </button>
      ) : null}
    </section>
  );
};
