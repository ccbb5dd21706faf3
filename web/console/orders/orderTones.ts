import type { Tone } from '../../parts/Status.tsx';
import type { OrderStatus } from '../../shared/types.ts';
import type { Refund } from './ordersApi.ts';

export const orderTones: Readonly<Record<OrderStatus, Tone>> = {
  pending: 'calm',
  paying: 'busy',
  paid: 'busy',
  completed: 'good',
  failed: 'bad',
  cancelled: 'calm',
  refunded: 'calm',
};

export const refundTones: Readonly<Record<Refund['status'], Tone>> = {
  requested: 'busy',
  succeeded: 'good',
  failed: 'bad',
};
