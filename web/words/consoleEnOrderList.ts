/** The list of orders, beside the words of an order. */
export const consoleEnOrderList = {
  list: {
    title: 'Orders',
    search: 'Find by product name or code',
    status: 'Status',
    anyStatus: 'Any status',
    type: 'Type',
    anyType: 'Any type',
    from: 'From day',
    to: 'To day',
    number: 'Checkout number',
    customerId: 'Customer id',
    reset: 'Remove all filters',
    more: 'More filters',
    caption: 'Orders, newest first',
    order: 'Order',
    total: 'Total',
    customer: 'Customer',
    placed: 'Ordered',
    disputed: 'Disputed',
    nothingFound: 'No order found',
    nothingFoundText: 'No order matches these filters.',
    empty: 'No orders yet',
    emptyText: 'The first order will be here.',
    loading: 'Loading orders',
    next: 'Older orders',
    first: 'Newest orders',
  },
};

export type ConsoleOrderListWords = typeof consoleEnOrderList;
