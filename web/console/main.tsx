import { startDocument } from '../frame/startDocument.ts';
import type { Language } from '../shared/language.ts';
import { metaOfDocument, readPageSettings } from '../shared/pageSettings.ts';
import { loadConsoleWords } from '../words/consoleMessages.ts';
import { App } from './app.tsx';
import { createConsole } from './console.ts';
import { findPage } from './pages.ts';

const loadPage = (language: Language): Promise<unknown> =>
  findPage(location.pathname)?.page.load(language) ?? Promise.resolve();
const console = createConsole(readPageSettings(metaOfDocument), loadPage);
const language = console.language.value;

void startDocument(console, {
  // A page that does not come is asked for again, and says so.
  load: () => Promise.all([loadConsoleWords(language), loadPage(language).catch(() => undefined)]),
  draw: () => <App console={console} />,
  failed: 'Không tải được trang quản trị. Vui lòng tải lại. · The console did not load. Please reload.',
});
