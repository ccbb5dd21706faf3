import { matchPath, type Params } from './addresses.ts';
import { moneyPages } from './money/pages.ts';
import { ordersPages } from './orders/pages.ts';
import { overviewPages } from './overview/pages.ts';
import type { Page } from './page.tsx';
import { productsPages } from './products/pages.ts';
import { recordsPages } from './records/pages.ts';
import { tasksPages } from './tasks/pages.ts';
import { webhookPages } from './webhooks/pages.ts';

/** A path with fixed parts comes before one that takes any word in their place. */
export const pages: readonly Page[] = [
  ...overviewPages,
  ...tasksPages,
  ...ordersPages,
  ...moneyPages,
  ...productsPages,
  ...recordsPages,
  ...webhookPages,
];

/** The page of a path. Null for an address that no page has. */
export const findPage = (path: string): { readonly page: Page; readonly params: Params } | null => {
  for (const page of pages) {
    const params = matchPath(page.path, path);
    if (params !== null) return { page, params };
  }
  return null;
};
