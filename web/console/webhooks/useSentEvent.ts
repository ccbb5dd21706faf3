import { useEffect, useRef, useState } from 'preact/hooks';
import type { Tone } from '../../parts/Status.tsx';
import type { List } from '../../shared/types.ts';
import { startWatch, type Watch } from '../../shared/watch.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { useConsole } from '../console.ts';
import type { Delivery } from './webhookApi.ts';
import { outcomeOfSent, type SentEvent } from './webhookStates.ts';

/** An endpoint that takes nothing is asked once a minute, and looks are 10 s apart at the end. */
const looksMax = 12;

export type SentNews = { readonly kind: SentEvent['kind']; readonly tone: Tone; readonly text: string };

/** What becomes of the event that somebody has just sent: it is looked for until it was tried. */
export const useSentEvent = (words: ConsoleWebhookWords, onTried: () => void) => {
  const { call, pause, toast } = useConsole();
  const [news, setNews] = useState<SentNews | null>(null);
  const watching = useRef<Watch | null>(null);
  useEffect(() => () => watching.current?.stop(), []);
  const { sent: texts } = words;
  const say = (kind: SentEvent['kind'], tone: Tone, text: string): void => {
    setNews({ kind, tone, text });
    toast.say(`${texts[kind]}: ${text}`);
  };

  return {
    news,
    /** `listPath` is the list of deliveries that has it, or will have it. */
    watch: (event: SentEvent, listPath: string, isPaused: boolean): void => {
      watching.current?.stop();
      if (isPaused) {
        say(event.kind, 'calm', texts.whenResumed);
        return;
      }
      say(event.kind, 'busy', texts.waiting);
      let looks = 0;
      watching.current = startWatch(async (signal) => {
        const outcome = await call<List<Delivery>>({ method: 'GET', path: listPath, signal });
        if (outcome.kind === 'aborted' || signal.aborted) return 'settled';
        const tried = outcome.kind === 'ok' ? outcomeOfSent(event, outcome.value.items) : null;
        looks += 1;
        if (tried === null && looks < looksMax) return 'same';
        if (tried === null) setNews({ kind: event.kind, tone: 'calm', text: texts.late });
        else if (tried.isTaken) say(event.kind, 'good', takenText(texts, tried.delivery));
        else say(event.kind, 'bad', texts.refused(tried.delivery?.error ?? ''));
        onTried();
        return 'settled';
      }, pause);
    },
  };
};

const takenText = (texts: ConsoleWebhookWords['sent'], delivery: Delivery | null): string => {
  const status = delivery?.responseStatus ?? null;
  return status === null ? texts.takenQuietly : texts.taken(String(status));
};
