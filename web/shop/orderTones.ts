import type { Tone } from '../parts/Status.tsx';
import type { OrderStatus } from '../shared/types.ts';

export const orderTones: Readonly<Record<OrderStatus, Tone>> = {
  pending: 'calm',
  paying: 'busy',
  paid: 'busy',
  completed: 'good',
  failed: 'warn',
  cancelled: 'calm',
  refunded: 'calm',
};
