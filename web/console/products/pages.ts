import type { Page } from '../page.tsx';

export const productsPages: readonly Page[] = [];
