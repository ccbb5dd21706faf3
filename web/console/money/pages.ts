import type { Page } from '../page.tsx';

export const moneyPages: readonly Page[] = [];
