import { startDocument } from '../frame/startDocument.ts';
import type { Language } from '../shared/language.ts';
import { metaOfDocument, readPageSettings } from '../shared/pageSettings.ts';
import { loadConsoleWords } from '../words/consoleMessages.ts';
import { App } from './app.tsx';
import { createConsole } from './console.ts';
import { findPage } from './pages.ts';

const loadPage = async (path: string, language: Language): Promise<void> =>
  findPage(path)?.page.load(language);
const console = createConsole(readPageSettings(metaOfDocument), { loadPage });
const language = console.language.value;

void startDocument(console, {
  load: () =>
    Promise.all([
      loadConsoleWords(language),
      // A page that does not come is asked for again, and says so.
      loadPage(location.pathname, language).catch(() => undefined),
    ]),
  draw: () => <App console={console} />,
  failed: 'Không tải được trang quản trị. Vui lòng tải lại. · The console did not load. Please reload.',
});

// What most pages need is in the first script, because its exports stay in it. So a page is fewer and smaller scripts.
export { Money } from '../parts/Money.tsx';
export { SkeletonRows } from '../parts/Skeleton.tsx';
export { Status } from '../parts/Status.tsx';
export { Table } from '../parts/Table.tsx';
export { Time } from '../parts/Time.tsx';
export { startWatch } from '../shared/watch.ts';
export { Allowed } from './allowed.tsx';
export { useAsked } from './useAsked.ts';
