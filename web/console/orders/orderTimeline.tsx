import { Button } from '../../parts/Button.tsx';
import { Copy } from '../../parts/Copy.tsx';
import { Timeline } from '../../parts/Timeline.tsx';
import type { Outcome } from '../../shared/outcome.ts';
import type { ConsoleOrdersWords } from '../../words/consoleEnOrders.ts';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import { type ShownEntry, timelineItems } from './timelineItems.ts';
import type { ShownOrder } from './useOrder.ts';

type OrderTimelineProps = {
  readonly words: ConsoleOrdersWords;
  readonly shown: ShownOrder;
  readonly showMore: () => Promise<Outcome<unknown>>;
};

/** Everything that happened to an order, oldest first, with the ids of requests to look for in the logs. */
export const OrderTimeline = ({ words, shown, showMore }: OrderTimelineProps) => {
  const { language } = useConsole();
  const { timeline } = words;
  const command = useCommand();
  const items = timelineItems(shown.timeline, {
    language: language.value,
    words,
  });
  return (
    <section class="card stack" aria-label={timeline.title}>
      <h2>{timeline.title}</h2>
      {items.length === 0 ? <p class="soft">{timeline.empty}</p> : null}
      <Timeline
        hasSeconds
        label={timeline.title}
        items={items.map((item) => ({ ...item, detail: <Detail words={words} item={item} /> }))}
      />
      {shown.isWhole ? null : (
        <>
          <p class="small soft">{timeline.incomplete}</p>
          <Button busy={command.isBusy} onPress={() => void command.run(showMore)}>
            {timeline.more}
          </Button>
        </>
      )}
    </section>
  );
};

const Detail = ({ words, item }: { readonly words: ConsoleOrdersWords; readonly item: ShownEntry }) => {
  const { frame } = useConsole().words.value;
  return (
    <>
      {item.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {item.requestId === null ? null : (
        <div class="row">
          {words.timeline.requestId}
          <Copy text={item.requestId} words={frame} />
        </div>
      )}
    </>
  );
};
