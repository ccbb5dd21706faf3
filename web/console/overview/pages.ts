import { createPage } from '../page.tsx';

export const overviewPages = [
  createPage({
    path: '/console',
    area: 'overview',
    needs: 'queue:read',
    page: async () => (await import('./overviewPage.tsx')).OverviewPage,
    words: {
      en: async () => (await import('../../words/consoleEnOverview.ts')).consoleEnOverview,
      vi: async () => (await import('../../words/consoleViOverview.ts')).consoleViOverview,
    },
  }),
];
