import { createPage } from '../page.tsx';
import { activityPath } from './activityAddress.ts';
import { keysPath } from './keyAddress.ts';

const words = {
  en: async () => (await import('../../words/consoleEnRecords.ts')).consoleEnRecords,
  vi: async () => (await import('../../words/consoleViRecords.ts')).consoleViRecords,
};

export const recordsPages = [
  createPage({
    path: activityPath,
    area: 'records',
    needs: 'activity:read',
    tab: 'activity',
    page: async () => (await import('./activityPage.tsx')).ActivityPage,
    words,
  }),
  createPage({
    path: keysPath,
    area: 'records',
    needs: 'keys:write',
    tab: 'keys',
    page: async () => (await import('./keysPage.tsx')).KeysPage,
    words,
  }),
  createPage({
    path: '/console/people',
    area: 'records',
    needs: 'customers:write',
    tab: 'people',
    page: async () => (await import('../people/peoplePage.tsx')).PeoplePage,
    words,
  }),
];
