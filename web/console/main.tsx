import { startDocument } from '../frame/startDocument.ts';
import { metaOfDocument, readPageSettings } from '../shared/pageSettings.ts';
import { loadConsoleWords } from '../words/consoleMessages.ts';
import { App } from './app.tsx';
import { createConsole } from './console.ts';
import { findPage } from './pages.ts';

const console = createConsole(readPageSettings(metaOfDocument));
const language = console.language.value;

void startDocument(console, {
  // A page that does not come is asked for again, and says so.
  load: () =>
    Promise.all([
      loadConsoleWords(language),
      findPage(location.pathname)
        ?.page.load(language)
        .catch(() => undefined),
    ]),
  draw: () => <App console={console} />,
  failed: 'Không tải được trang quản trị. Vui lòng tải lại. · The console did not load. Please reload.',
});
