import { useTitle } from '../../frame/useTitle.ts';
import type { OverviewWords } from '../../words/consoleEnOverview.ts';
import type { PageProps } from '../page.tsx';
import { FailuresPart } from './failuresPart.tsx';
import { HistoryPart } from './historyPart.tsx';
import { NumbersPart } from './numbersPart.tsx';
import { PausesPart } from './pausesPart.tsx';

/** How the shop is: what the queue has to do, how fast it is, what failed and what is held back. */
export const OverviewPage = ({ words }: PageProps<OverviewWords>) => {
  useTitle(words.title);
  return (
    <div class="page wide">
      <h1>{words.title}</h1>
      <NumbersPart words={words} />
      <HistoryPart words={words} />
      <FailuresPart words={words} />
      <PausesPart words={words} />
    </div>
  );
};
