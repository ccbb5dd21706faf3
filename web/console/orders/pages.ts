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
    words,
  }),
  createPage({
    path: '/console/orders/:id',
    area: 'orders',
    needs: 'orders:read',
    page: async () => (await import('./orderPage.tsx')).OrderPage,
    words,
  }),
];
