import type { Order, Product } from '../shared/types.ts';

/** Made up rows, so that the pages can be looked at without a server. One name is hostile on purpose. */
export const products: readonly Product[] = [
  product('SM-001', 'Áo sơ mi nam dài tay vải oxford', 'physical', 389_000, 140, '/images/shirt.svg'),
  product('DH-014', 'Đồng hồ để bàn gỗ sồi', 'physical', 1_199_000, 3, '/images/alarm-clock.svg'),
  product('PM-100', 'Phần mềm kế toán hộ kinh doanh, bản quyền 1 năm', 'digital', 990_000, null),
  product('KH-101', 'Khoá học tiếng Anh giao tiếp 3 tháng', 'service', 3_900_000, 40),
  product('AM-007', 'Ấm trà Bát Tràng men ngọc', 'physical', 459_000, 0),
  product(
    'XS-666',
    '<img src=x onerror=alert(1)>Nónláquaithaoraldàikhôngcókhoảngtrắngnàocảđâunhé',
    'voucher',
    120_000,
    12,
  ),
];

function product(
  code: string,
  name: string,
  type: Product['type'],
  amount: number,
  stock: number | null,
  imageUrl: string | null = null,
): Product {
  return {
    id: `0198c0de-0000-7000-8000-${code.replace('-', '').padStart(12, '0')}`,
    code,
    name,
    type,
    price: { amount, currency: 'VND' },
    stock,
    imageUrl,
    archived: false,
  };
}

export const nowMs = Date.parse('2026-11-26T07:05:00.000Z');

export const orderOf = (index: number, quantity: number, status: Order['status'] = 'pending'): Order => {
  const { id, code, name, type, price } = products[index % products.length] ?? missing();
  return {
    id: `${id}-${status}`,
    customerId: 'an',
    product: { id, code, name, type },
    quantity,
    total: { amount: price.amount * quantity, currency: 'VND' },
    status,
    checkoutId: status === 'pending' ? null : '0198c0de-0000-7000-8000-00000000c0de',
    number: status === 'pending' ? null : 'CW-1024',
    expiresAt: '2026-11-27T06:40:00.000Z',
    disputed: false,
    createdAt: '2026-11-26T06:40:00.000Z',
    updatedAt: '2026-11-26T07:02:00.000Z',
  };
};

const missing = (): never => {
  throw new Error('the gallery has no products');
};

export const imageUrlOf = (order: Order): string | null =>
  products.find(({ id }) => id === order.product.id)?.imageUrl ?? null;

export const totalOf = (orders: readonly Order[]): Order['total'] => ({
  amount: orders.reduce((sum, { total }) => sum + total.amount, 0),
  currency: 'VND',
});
