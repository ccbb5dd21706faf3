import { createPage, type Page } from '../page.tsx';

const words = {
  en: async () => (await import('../../words/consoleEnOrders.ts')).consoleEnOrders,
  vi: async () => (await import('../../words/consoleViOrders.ts')).consoleViOrders,
};

export const ordersPages: readonly Page[] = [
  createPage({
    path: '/console/orders',
    area: 'orders',
    needs: 'orders:read',
    page: async () => (await import('./ordersPage.tsx')).OrdersPage,
    words: {
      en: async () => ({
        ...(await words.en()),
        ...(await import('../../words/consoleEnOrderList.ts')).consoleEnOrderList,
      }),
      vi: async () => ({
        ...(await words.vi()),
        ...(await import('../../words/consoleViOrderList.ts')).consoleViOrderList,
      }),
    },
  }),
  createPage({
    path: '/console/orders/:id',
    area: 'orders',
    needs: 'orders:read',
    page: async () => (await import('./orderPage.tsx')).OrderPage,
    words,
  }),
];
