import { formatCount } from '../shared/money.ts';

/** What the payment page says, and what a customer can do there. `wait` is a time span, such as “8 seconds”. */
export const enPay = {
  page: 'Payment',
  receipt: 'What you pay for',
  number: 'Number',
  total: 'Total',
  method: 'Pay with',
  anotherMethod: 'Choose another way to pay',
  payAmount: (amount: string): string => `Pay ${amount}`,
  noCardField: 'The field for your card did not load. Check your connection, or what your browser blocks.',
  noMethods: 'This shop cannot take payments yet. Please ask the shop.',
  cardRefused: 'Your card could not be read. Please check it.',
  otherTotal:
    'The quantity was changed meanwhile, and with it the total. Nothing was charged. Press again to pay it.',
  asking: {
    title: 'Asking your bank',
    text: 'This takes a few seconds. You may reload or close this page: you are charged once.',
  },
  retrying: {
    title: 'No answer yet',
    text: 'We ask again with the same request, so you are charged once.',
    next: (wait: string): string => `Next try in ${wait}.`,
    tries: (count: number): string => (count === 1 ? 'Tried once.' : `Tried ${count} times.`),
    nothingCharged: 'The payment service cannot be reached. Nothing was charged.',
    ours: 'Something went wrong on our side.',
    now: 'Try now',
    stop: 'Stop this payment',
  },
  confirming: {
    title: 'Your bank has not answered',
    text: 'We keep asking. You will not be charged twice.',
    close: 'You may close this page. The result will be in your orders.',
  },
  action: {
    title: 'Your bank asks you to confirm',
    text: 'Nothing is charged yet. Your orders are kept for 15 minutes.',
    confirm: 'Confirm with your bank',
    closed: 'Closed it by mistake? You can go on here.',
    giveUp: 'Cancel payment',
    demo: 'This is a demo. A real bank would ask you here.',
    demoSucceed: 'Confirm',
    demoFail: 'Refuse',
  },
  stale: {
    title: 'Do you still want to pay?',
    text: (time: string): string =>
      `You pressed Pay at ${time}, and we do not know whether your bank was asked. You are charged once, whatever you choose.`,
    goOn: 'Go on',
    leave: 'Do not pay',
  },
  paid: {
    title: 'Paid',
    text: 'Thank you. We are preparing your order and will send you an e-mail.',
  },
  declined: { title: 'Your bank declined the payment', text: 'Nothing was charged.' },
  cancelled: {
    title: 'The payment was cancelled',
    text: 'Nothing was charged. Your orders are in your cart again, unless they have expired.',
  },
  stopped: { title: 'The payment was stopped', text: 'Nothing was charged.' },
  elsewhere: {
    title: 'Finished in another window',
    text: 'Your orders show what came of it.',
  },
  signedOut: {
    title: 'Please sign in again',
    text: 'Your session has ended. What you were paying is kept, and goes on after you sign in.',
  },
  forbidden: {
    title: 'This account cannot pay here',
    text: 'Sign in with the account that placed the orders. What you were paying is kept.',
  },
  missing: {
    title: 'We cannot find this payment',
    text: 'It does not exist, or it belongs to another account.',
  },
  conflict: {
    paidTitle: 'Already paid',
    paid: (name: string): string =>
      `${name} is paid already, in another window or on another device. Nothing was charged this time.`,
    cancelled: (name: string): string => `${name} was cancelled or has expired. Nothing was charged.`,
    inProgress: (name: string): string =>
      `${name} is being paid in another window or on another device. Nothing was charged this time.`,
    other: (name: string, status: string): string => `${name}: ${status}. Nothing was charged this time.`,
    unknownOrder: 'An order',
  },
  stock: {
    left: (name: string, left: number): string =>
      left === 0 ? `${name} is sold out.` : `${name}: ${formatCount(left, 'en')} left.`,
    take: (left: number): string => `Take ${formatCount(left, 'en')}`,
    remove: 'Remove from cart',
  },
  seeOrder: 'See your order',
  seeOrders: 'See your orders',
  backToCart: 'Back to the cart',
  keepShopping: 'Keep shopping',
  openPayments: (count: number): string =>
    count === 1 ? 'One payment has no result yet.' : `${count} payments have no result yet.`,
  openPayment: 'See the payment',
};
