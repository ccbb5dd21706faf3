import { useTitle } from '../../frame/useTitle.ts';
import type { OverviewWords } from '../../words/consoleEnOverview.ts';
import type { PageProps } from '../page.tsx';

export const OverviewPage = ({ words }: PageProps<OverviewWords>) => {
  useTitle(words.title);
  return (
    <div class="page wide">
      <h1>{words.title}</h1>
    </div>
  );
};
