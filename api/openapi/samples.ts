import type { Failure, FailureKind } from '../http/failures.ts';

/** The document's examples. */
const orderId = '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01';
const productId = '01980a4d-1f00-7a21-9c3e-5b7d8e9f0a12';
const checkoutId = '01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34';
const taskId = '01980a4f-0400-7b32-8d0e-7f6a5b4c3d21';
const refundId = '01980a51-4c00-7f3a-9b1d-8e7f6a5b4c01';
const clientSecret = 'pi_3Qx1LkAAbCdEfGhI0abcdefg_secret_k2j3h4g5';
const auditGuid = '9f1c2d3e-4b5a-4687-9a0b-1c2d3e4f5a6b';
const number = 'CW-100421';
const at = '2026-03-01T08:00:00.000Z';
export const requestId = '01980a4f-0299-7c10-8f00-2d3c4b5a6978';

const money = { amount: 398_000, currency: 'VND' };
const product = {
  id: productId,
  code: 'TEE-001',
  name: 'Áo thun nam',
  type: 'physical',
  price: { amount: 199_000, currency: 'VND' },
  stock: 120,
  imageUrl: 'https://cdn.example.com/tee-001.jpg',
  archived: false,
};
const order = {
  id: orderId,
  customerId: 'c2a9d1e0-5f43-8b6a-9d27-10e4f8a3b5c6',
  product: { id: productId, code: 'TEE-001', name: 'Áo thun nam', type: 'physical' },
  quantity: 2,
  total: money,
  status: 'pending',
  checkoutId: null,
  number: null,
  expiresAt: '2026-03-02T08:00:00.000Z',
  disputed: false,
  createdAt: at,
  updatedAt: at,
};
const payment = {
  id: checkoutId,
  status: 'succeeded',
  ...money,
  method: 'pm_card_visa',
  declineCode: null,
};
const paid = { ...order, status: 'paid', checkoutId, number };
const checkout = {
  checkoutId,
  number,
  status: 'succeeded',
  message: 'Payment successful, order is being processed',
  payment,
  orders: [paid],
};
/** A checkout without a final outcome. */
const checkoutWithStatus = (status: string, message: string) => ({
  ...checkout,
  status,
  message,
  payment: { ...payment, status },
  orders: [{ ...paid, status: 'paying' }],
});
const history = ['pending', 'paying', 'stock_reserved', 'paid', 'invoiced'].map((state, index) => ({
  seq: index + 1,
  state,
  at,
  detail: state === 'invoiced' ? '2026-000001' : null,
}));
export const listOf = (...items: readonly unknown[]) => ({ items, nextCursor: null });

export const samples = {
  orderId,
  checkoutId,
  refundId,
  auditGuid,
  at,
  money,
  product,
  products: listOf(product),
  productDraft: {
    code: 'TEE-001',
    name: 'Áo thun nam',
    type: 'physical',
    price: product.price,
    stock: 120,
    imageUrl: product.imageUrl,
  },
  productChange: { price: { amount: 149_000, currency: 'VND' }, stock: { add: 24 } },
  order,
  orders: listOf(order),
  placeOrderBody: { productId, quantity: 2 },
  changeOrderBody: { quantity: 2 },
  orderDetail: {
    ...paid,
    payment,
    history,
    invoice: { number: '2026-000001', issuedAt: at },
    licences: [],
    bookings: [],
    shipment: { reference: 'VN-41-886', url: 'https://carrier.example/track/VN-41-886' },
    refunded: { amount: 0, currency: 'VND' },
  },
  checkout,
  checkouts: {
    succeeded: checkout,
    requires_action: {
      ...checkoutWithStatus('requires_action', 'The customer has to confirm the payment'),
      action: { clientSecret, redirectUrl: null },
    },
    unknown: checkoutWithStatus('unknown', 'Payment is being confirmed'),
  },
  sessionBody: { token: 'eyJhbGciOiJIUzI1NiJ9.e30.c2lnbmF0dXJl' },
  session: {
    customerId: order.customerId,
    email: 'lan@example.com',
    roles: ['customer'],
    permissions: [],
    expiresAt: at,
  },
  payOptions: {
    provider: 'simulated',
    methods: [{ id: 'pm_card_visa', label: 'Thẻ thanh toán được' }],
    publishableKey: null,
  },
  checkOutBody: { orderIds: [orderId], payment: { method: 'pm_card_visa' } },
  givenUpCheckout: {
    ...checkoutWithStatus('cancelled', 'Payment was cancelled, nothing was charged'),
    orders: [{ ...order, checkoutId, number }],
    createdAt: at,
    updatedAt: at,
  },
  currentCheckout: { ...checkout, createdAt: at, updatedAt: at },
  queue: {
    counts: [{ pipeline: 'physical', state: 'ready', tasks: 3 }],
    totals: { ready: 3, running: 0, waiting: 0, paused: 0, failed: 0 },
    oldestReadyAgeMs: 125,
    finishedPerSecond: 41.5,
    pauses: [
      {
        id: '01980a54-1c00-7b21-9d4e-5a6b7c8d9e01',
        pipeline: 'physical',
        step: 'notify_customer',
        origin: 'fault',
        reason: 'the mail server cannot be reached (ECONNREFUSED)',
        since: at,
      },
    ],
  },
  tasks: listOf(
    {
      id: taskId,
      checkoutId,
      orderIds: [orderId],
      jobId: null,
      pipeline: 'physical',
      step: 'notify_customer',
      state: 'failed',
      attempts: 10,
      lastError: '550 no such mailbox',
      runAt: at,
    },
    {
      id: '01980a51-4c01-7a11-8c2d-6e5f4a3b2c10',
      checkoutId: null,
      orderIds: [],
      jobId: refundId,
      pipeline: 'refund',
      step: 'refund_charge',
      state: 'ready',
      attempts: 0,
      lastError: null,
      runAt: at,
    },
  ),
  retryBody: { taskIds: [taskId] },
  mails: listOf({
    messageId: `<${taskId}.notify_customer@cartwright.example>`,
    checkoutId,
    orderIds: [orderId],
    to: 'lan@example.com',
    subject: 'Đơn hàng của bạn đã được xử lý: Áo thun nam',
    text: 'Cảm ơn bạn đã mua hàng.',
    html: '<p>Cảm ơn bạn đã mua hàng.</p>',
    attachments: [{ name: 'invoice-2026-000001.pdf', type: 'application/pdf', size: 48_213 }],
    at,
  }),
  charges: listOf({
    id: 'ch_01980a4f03007a11',
    idempotencyKey: checkoutId,
    ...money,
    status: 'succeeded',
    declineCode: null,
    createdAt: at,
  }),
  challengeBody: { clientSecret, outcome: 'succeed' },
} as const;

export const failureSamples: { readonly [Kind in FailureKind]: Extract<Failure, { kind: Kind }> } = {
  malformed_body: { kind: 'malformed_body', reason: 'The body is not valid JSON. Check its syntax.' },
  unsupported_media_type: { kind: 'unsupported_media_type' },
  body_too_large: { kind: 'body_too_large' },
  request_timeout: { kind: 'request_timeout' },
  too_many_bodies: { kind: 'too_many_bodies' },
  too_many_streams: { kind: 'too_many_streams' },
  uri_too_long: { kind: 'uri_too_long' },
  headers_too_large: { kind: 'headers_too_large' },
  validation_failed: {
    kind: 'validation_failed',
    errors: [{ path: '/quantity', message: 'Expected a whole number from 1 to 10000' }],
  },
  idempotency_key_missing: { kind: 'idempotency_key_missing' },
  idempotency_key_invalid: { kind: 'idempotency_key_invalid' },
  signature_invalid: { kind: 'signature_invalid', reason: 'no valid signature' },
  unauthenticated: { kind: 'unauthenticated', tokenSent: false },
  forbidden: {
    kind: 'forbidden',
    reason: 'This request needs the permission refunds:write.',
    missing: ['refunds:write'],
  },
  invoice_elsewhere: {
    kind: 'invoice_elsewhere',
    number: 'INV-000001',
    url: 'https://invoices.example/INV-000001',
  },
  id_not_found: { kind: 'id_not_found', field: 'orderId', id: orderId },
  method_not_allowed: { kind: 'method_not_allowed', allow: 'GET, HEAD, OPTIONS' },
  not_ready: { kind: 'not_ready', missing: ['database'] },
  internal: { kind: 'internal' },
  payment_declined: {
    kind: 'payment_declined',
    declineCode: 'card_declined',
    checkoutId,
    requestId,
    // True, so that the header Idempotent-Replayed is documented. The body is the same.
    replayed: true,
  },
  idempotency_key_reused: { kind: 'idempotency_key_reused' },
  checkout_in_progress: { kind: 'checkout_in_progress', checkoutId },
  checkout_not_cancellable: { kind: 'checkout_not_cancellable', checkoutId },
  not_found: { kind: 'not_found' },
  product_not_found: { kind: 'product_not_found', productId },
  stock_changed: { kind: 'stock_changed', stock: 120 },
  stock_too_large: { kind: 'stock_too_large' },
  order_not_payable: { kind: 'order_not_payable', orders: [{ orderId, status: 'completed' }] },
  order_in_progress: { kind: 'order_in_progress', orderIds: [orderId] },
  order_not_pending: { kind: 'order_not_pending', status: 'paid' },
  order_not_refundable: { kind: 'order_not_refundable', status: 'pending' },
  case_not_refundable: { kind: 'case_not_refundable' },
  refund_too_large: { kind: 'refund_too_large', left: { amount: 199_000, currency: 'VND' } },
  payment_disputed: { kind: 'payment_disputed' },
  amount_too_large: { kind: 'amount_too_large' },
  mixed_currency: { kind: 'mixed_currency' },
  cancel_unavailable: { kind: 'cancel_unavailable', reason: 'connection refused' },
  out_of_stock: {
    kind: 'out_of_stock',
    orderIds: [orderId],
    products: [{ productId, left: 1, orderIds: [orderId] }],
  },
  rate_limited: {
    kind: 'rate_limited',
    limit: 'declines',
    max: 5,
    windowMs: 600_000,
    retryAfterMs: 240_000,
  },
  payment_unavailable: { kind: 'payment_unavailable', reason: 'connection refused' },
  claim_unconfirmed: { kind: 'claim_unconfirmed', reason: 'connection refused' },
  unavailable: { kind: 'unavailable', reason: 'connection refused' },
};
