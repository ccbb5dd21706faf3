/** A few customers place all orders, and many of their payments fail. So the limits of a customer are off. */
export const withoutLimits = { ORDERS_PENDING_MAX: '0', DECLINES_MAX: '0', CHALLENGES_MAX: '0' };
