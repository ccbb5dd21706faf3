import { useLocation } from '../frame/location.tsx';
import type { Permission } from '../shared/permissions.ts';
import { AreaIcon } from './areaIcon.tsx';
import { useConsole } from './console.ts';
import type { Area, Page } from './page.tsx';
import { findPage, pages } from './pages.ts';

/** Where each area begins, and what its first page needs. */
export const areas: readonly (readonly [Area, string, Permission | null])[] = [
  ['overview', '/console', 'queue:read'],
  ['tasks', '/console/tasks', 'queue:read'],
  ['orders', '/console/orders', 'orders:read'],
  ['money', '/console/money', 'money:read'],
  ['products', '/console/products', null],
  ['records', '/console/activity', 'activity:read'],
];

/** The areas of the console: at the left, or below on a phone. */
export const Rail = () => {
  const { account, can, words } = useConsole();
  const { access, areas: names, frame } = words.value;
  const isAsking = account.session.value === undefined;
  const here = findPage(useLocation().path)?.page.area;
  return (
    <nav class="rail" aria-label={frame.main}>
      <ul>
        {areas.map(([area, href, needs]) => (
          <li key={area}>
            <a href={href} aria-current={area === here ? 'page' : undefined}>
              <AreaIcon area={area} />
              <span>{names[area]}</span>
              {needs === null || isAsking || can(needs) ? null : (
                <span class="sr"> ({access.unavailable})</span>
              )}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
};

/** The pages of the area, where it has more than one that an address alone opens. */
export const AreaTabs = () => {
  const { words } = useConsole();
  const { areas: names, tabs } = words.value;
  const { path } = useLocation();
  const here = findPage(path)?.page;
  const ofArea = pages.filter((page) => page.area === here?.area && page.tab !== null);
  if (here === undefined || ofArea.length < 2) return null;
  return (
    <nav class="chips area-tabs" aria-label={names[here.area]}>
      {ofArea.map((page) => (
        <a key={page.path} href={page.path} aria-current={currentOf(page, here)}>
          {page.tab === null ? null : tabs[page.tab]}
        </a>
      ))}
    </nav>
  );
};

/** A page without a tab, such as one case of the money, is below the tab of its path. */
const currentOf = (tab: Page, here: Page): 'page' | 'true' | undefined => {
  if (tab === here) return 'page';
  return here.tab === null && here.path.startsWith(`${tab.path}/`) ? 'true' : undefined;
};
