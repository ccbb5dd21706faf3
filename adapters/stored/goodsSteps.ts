import { goodsSteps } from '../../core/stepService.ts';

/** A condition on the column `step`, in SQL: after this step the units of the order have left the shop. */
export const isGoodsStep = `step in (${goodsSteps.map((step) => `'${step}'`).join(', ')})`;
