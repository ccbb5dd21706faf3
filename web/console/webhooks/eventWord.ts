import type { Language } from '../../shared/language.ts';
import { formatCount } from '../../shared/money.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { wordOf } from '../../words/words.ts';
import { eventTypes } from './endpointForm.ts';
import type { Endpoint } from './webhookApi.ts';

type Words = Pick<ConsoleWebhookWords, 'events' | 'list'>;

/** A type that is newer than this page is shown as the API names it. */
export const eventWord = ({ events }: Pick<Words, 'events'>, type: string): string =>
  wordOf<string>(events, type) ?? type;

const namedMax = 3;

/** The types that an endpoint hears, in a few words. */
export const eventsText = (words: Words, types: readonly string[]): string => {
  if (eventTypes.every((type) => types.includes(type))) return words.list.allEvents;
  const names = types.map((type) => eventWord(words, type));
  if (names.length <= namedMax + 1) return names.join(', ');
  return words.list.more(names.slice(0, namedMax).join(', '), names.length - namedMax);
};

/** How many events wait. */
export const waitingText = (
  { list }: Pick<Words, 'list'>,
  { events, more }: Endpoint['backlog'],
  language: Language,
): string => {
  const count = formatCount(events, language);
  return more ? list.orMore(count) : count;
};
