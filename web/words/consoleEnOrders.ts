import type { OrderStatus } from '../shared/types.ts';
import { consoleEnDisputes } from './consoleEnDisputes.ts';
import { consoleEnSteps } from './consoleEnSteps.ts';

/** By the status of an order, as an operator says it. */
const statuses: Readonly<Record<OrderStatus, string>> = {
  pending: 'Pending',
  paying: 'Being paid',
  paid: 'Paid, in progress',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
  refunded: 'Refunded',
};

/** By the state in an order's history. */
const states = {
  ...statuses,
  pending: 'Waiting to be paid',
  paying: 'Payment began',
  paid: 'Paid',
  failed: 'A step failed',
  refunded: 'Refunded in full',
  stock_reserved: 'Stock reserved',
  quantity_changed: 'Quantity changed',
  invoiced: 'Invoice issued',
  licence_issued: 'Licence issued',
  booked: 'Booked',
  shipment_requested: 'Shipment requested',
  customer_notified: 'Customer notified',
  retried: 'Retried',
  skipped: 'Step left out',
  contact_changed: 'Address corrected',
  refund_requested: 'Refund requested',
  partially_refunded: 'Refunded in part',
  refund_failed: 'Refund failed',
  charged_back: 'Taken back by the bank',
  disputed: 'Dispute opened',
  dispute_won: 'Dispute won',
  dispute_lost: 'Dispute lost',
};

/** By the action of a command. */
const actions = {
  'order.contact': 'Corrected the address',
  'refund.request': 'Requested a refund',
  'refund.assign': 'Assigned a refund',
  'task.retry': 'Retried the task',
  'task.run': 'Let the task run now',
  'task.skip': 'Left out a step',
  'case.acknowledge': 'Acknowledged a case',
  'case.refund': 'Gave a charge back',
};

const payments = {
  initiated: 'Payment asked for',
  requires_action: 'Payment waits for the customer',
  unknown: 'Payment without an answer yet',
  succeeded: 'Payment succeeded',
  declined: 'Payment declined',
  cancelled: 'Payment cancelled',
  refunded: 'Late payment given back',
};

const tasks = {
  ready: 'Task is ready',
  running: 'Task is running',
  waiting: 'Task waits to be tried again',
  paused: 'Task is paused',
  failed: 'Task failed',
};

const refundStatuses = {
  requested: 'Requested',
  succeeded: 'Succeeded',
  failed: 'Failed',
};

/** By product type. A type that is newer than this page is shown as it is. */
/** The methods of the simulated provider. Those of another are ids that only the provider knows. */
const methods = {
  pm_card_visa: 'Card that pays (test)',
  pm_card_chargeDeclined: 'Card that is declined (test)',
  pm_card_authenticationRequired: 'Card with 3-D Secure (test)',
  pm_sim_slow: 'Slow bank (test)',
  pm_sim_lost_ok: 'Paid, answer lost (test)',
  pm_sim_lost_declined: 'Declined, answer lost (test)',
  pm_sim_down: 'Bank out of reach (test)',
};

const types = { physical: 'Delivered goods', digital: 'Digital product', service: 'Service' };

export const consoleEnOrders = {
  names: consoleEnSteps,
  disputeReasons: consoleEnDisputes,
  types,
  methods,
  statuses,
  states,
  actions,
  payments,
  tasks,
  refundStatuses,
  order: {
    title: 'Order',
    back: 'All orders',
    loading: 'Loading the order',
    missing: 'Order not found',
    missingText: 'There is no order with this id.',
    facts: 'About the order',
    status: 'Status',
    product: 'Product',
    quantity: 'Quantity',
    total: 'Total',
    left: 'Still paid',
    number: 'Checkout number',
    customer: 'Customer',
    person: 'Personal data',
    seePerson: 'What is held',
    method: 'Paid with',
    placed: 'Ordered',
    expires: 'Can be paid until',
    invoice: 'Invoice',
    openInvoice: (number: string): string => `Open invoice ${number} (PDF)`,
    noInvoice: 'No invoice is issued yet.',
    licences: 'Licences',
    bookings: 'Bookings',
    shipment: 'Shipment',
    track: 'Carrier’s page',
    id: 'Order id',
    disputed: 'The customer’s bank disputes the payment. Refunds wait until it has decided.',
    seeDisputes: 'See the open disputes',
    actions: 'What you can do',
  },
  timeline: {
    title: 'Timeline',
    loading: 'Loading the timeline',
    empty: 'Nothing has happened yet.',
    more: 'Show more',
    incomplete: 'Not all of it is shown.',
    by: (who: string): string => `by ${who}`,
    key: (name: string): string => `service key ${name}`,
    requestId: 'Request',
    refund: (status: string): string => `Refund: ${status}`,
    mailSent: 'Mail sent',
    mailBegun: 'Mail begun, not accepted yet',
    otherState: (name: string): string => `Step: ${name}`,
    step: (name: string): string => `Step “${name}”`,
    decline: (code: string): string => `Decline code: ${code}`,
  },
  refund: {
    open: 'Refund…',
    title: 'Refund this order',
    left: (amount: string): string => `${amount} is left to refund.`,
    howMuch: 'How much',
    whole: (amount: string): string => `All that is left: ${amount}`,
    part: 'A part',
    amount: 'Amount',
    amountHint: (example: string): string => `Such as ${example}`,
    reason: 'Reason',
    reasonHint: 'For the shop: it stands in the timeline. The customer does not see it.',
    goods: 'The goods',
    goodsHint: 'Counts if nothing of the order stays paid.',
    restock: {
      auto: 'Back into stock if they have not left the shop',
      yes: 'They have come back: put them into stock',
      no: 'Do not put them into stock',
    },
    submit: (amount: string): string => `Refund ${amount}`,
    submitUnknown: 'Refund',
    asking: (amount: string): string => `The refund of ${amount} is being requested.`,
    askingWhole: 'The refund of all that is left is being requested.',
    again: (count: number): string =>
      `No answer yet after ${count === 1 ? '1 try' : `${count} tries`}. The page goes on asking, and it is refunded once.`,
    old: 'An earlier refund got no answer. Look at the timeline before you send it again: it is refunded once.',
    oldSend: 'Send it again',
    oldForget: 'Forget it',
    signedOut: 'Sign in again: the refund goes on with the same key.',
    done: (amount: string): string => `The refund of ${amount} is requested.`,
    meanwhile: 'Meanwhile on this order',
    meanwhileText: (amount: string): string => `${amount} is left now. Press again to refund.`,
    meanwhileNothing: 'Nothing is left to refund.',
    blocked: {
      not_paid: 'This order was never paid.',
      disputed: 'The payment is disputed. Wait until the bank has decided.',
      nothing_left: 'Nothing is left to refund.',
    },
    problems: {
      not_an_amount: 'Write an amount in figures.',
      zero: 'The amount must be more than 0.',
      too_large: 'That is more than is left.',
    },
    reasonProblems: {
      missing: 'Write a reason.',
      too_long: 'The reason has more than 500 characters.',
    },
    offline: 'You are offline. The refund can be sent when the connection is back.',
  },
  contact: {
    open: 'Correct the address…',
    title: 'Correct the address',
    text: 'Mails of this order, and of the orders that share its mail, go to the new address.',
    email: 'E-mail',
    resend: 'Send again what was sent already',
    submit: 'Correct it',
    problem: 'Write an e-mail address, such as an@example.com',
    done: (email: string, mails: number): string =>
      mails === 0
        ? `Mails go to ${email} from now on.`
        : `Mails go to ${email} from now on. ${mails === 1 ? '1 mail is' : `${mails} mails are`} on the way.`,
  },
  retry: {
    open: 'Retry the failed task',
    none: 'No task of this order has failed.',
    done: 'The task is taken up again at the step that failed.',
    nothing: 'There was nothing to retry: somebody else has retried it, or it is done.',
  },
};

export type ConsoleOrdersWords = typeof consoleEnOrders;
