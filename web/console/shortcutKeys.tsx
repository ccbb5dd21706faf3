import { useLayoutEffect } from 'preact/hooks';
import { createLazyPart } from '../frame/lazyPart.tsx';
import { useLocation } from '../frame/location.tsx';
import { useConsole } from './console.ts';
import { areas as areaPaths } from './rail.tsx';
import { focusSearch } from './rowKeys.ts';
import { listenToKeys } from './shortcuts.ts';
import { shortcutsOf, useShortcuts } from './useShortcuts.ts';

const LazySheet = createLazyPart(async () => (await import('./shortcutSheet.tsx')).ShortcutSheet);

/** The second key of `g …`, for each area. */
const areaKeys = { overview: 'o', tasks: 't', orders: 'r', money: 'm', products: 'p', records: 'a' } as const;

/** The keys that every page has, and the sheet that lists all of them. */
export const ShortcutKeys = () => {
  const site = useConsole();
  const { areas, shortcuts: words } = site.words.value;
  const { route } = useLocation();
  const shortcuts = shortcutsOf(site);
  // Before the page is drawn: who sees it may press a key.
  useLayoutEffect(() => listenToKeys(shortcuts), [shortcuts]);
  useShortcuts(words.everywhere, [
    { keys: '/', label: words.search, run: focusSearch },
    ...areaPaths.map(([area, path]) => ({
      keys: `g ${areaKeys[area]}`,
      label: words.go(areas[area]),
      run: () => route(path),
    })),
    { keys: '?', label: words.title, run: shortcuts.openHelp },
  ]);
  return shortcuts.isHelpOpen.value ? <LazySheet /> : null;
};
