import type { renderOrder } from '../../../api/render/order.ts';
import type { renderProduct } from '../../../api/render/product.ts';

export type Order = ReturnType<typeof renderOrder>;
export type Product = ReturnType<typeof renderProduct>;
