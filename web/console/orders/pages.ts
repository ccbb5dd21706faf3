import type { Page } from '../page.tsx';

export const ordersPages: readonly Page[] = [];
