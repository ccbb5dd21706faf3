import type { Language } from '../parts/language.ts';
import type { QuantityLimits, QuantityProblem } from '../parts/quantity.ts';
import type { CartWords } from '../shop/views/CartView.tsx';
import type { CatalogueWords } from '../shop/views/CatalogueView.tsx';
import type { SignInWords } from '../shop/views/SignInView.tsx';

/** The words of the gallery: those of the shop's views, with made up times. */
export type GalleryWords = {
  readonly products: string;
  readonly cart: string;
  readonly orders: string;
  readonly waiting: string;
  readonly skip: string;
  readonly main: string;
  readonly account: string;
  readonly signIn: SignInWords & { readonly reason: string; readonly hint: string; readonly problem: string };
  readonly signOut: string;
  readonly otherLanguage: string;
  readonly catalogue: CatalogueWords;
  readonly added: string;
  readonly cartPage: CartWords;
  readonly offline: string;
  readonly older: string;
  readonly statuses: Readonly<Record<'paid' | 'completed' | 'failed' | 'refunded' | 'pending', string>>;
  readonly sheet: {
    readonly title: string;
    readonly close: string;
    readonly method: string;
    readonly total: string;
    readonly pay: string;
  };
  readonly methods: readonly { readonly value: string; readonly label: string; readonly hint?: string }[];
};

const vietnameseProblem = (problem: QuantityProblem, { min, max }: QuantityLimits): string =>
  ({
    not_a_number: 'Nhập một số nguyên, ví dụ 2',
    too_few: `Ít nhất ${min}`,
    too_many: `Nhiều nhất ${max}`,
  })[problem];

const englishProblem = (problem: QuantityProblem, { min, max }: QuantityLimits): string =>
  ({
    not_a_number: 'Enter a whole number, such as 2',
    too_few: `At least ${min}`,
    too_many: `At most ${max}`,
  })[problem];

const viTypes: Readonly<Record<string, string>> = {
  physical: 'Hàng giao tận nơi',
  digital: 'Sản phẩm số',
  service: 'Dịch vụ',
};
const enTypes: Readonly<Record<string, string>> = {
  physical: 'Delivered goods',
  digital: 'Digital',
  service: 'Service',
};

const vi: GalleryWords = {
  products: 'Sản phẩm',
  cart: 'Giỏ hàng',
  orders: 'Đơn hàng',
  waiting: 'đơn chờ thanh toán',
  skip: 'Đến nội dung chính',
  main: 'Chính',
  account: 'Tài khoản',
  signIn: {
    title: 'Đăng nhập',
    email: 'E-mail',
    signIn: 'Tiếp tục',
    reason: 'Đăng nhập để xem giỏ hàng và đơn hàng của bạn.',
    hint: 'Bản dùng thử: không cần mật khẩu.',
    problem: 'Hãy nhập một địa chỉ e-mail, ví dụ an@example.vn',
  },
  signOut: 'Đăng xuất',
  otherLanguage: 'English',
  catalogue: {
    title: 'Sản phẩm',
    search: 'Tìm sản phẩm',
    searchHint: 'Tìm theo tên hoặc mã',
    clear: 'Xoá chữ đã nhập',
    suggestions: 'Gợi ý',
    nothingFound: 'Không tìm thấy sản phẩm nào',
    found: (count) => `${count} sản phẩm`,
    loading: 'Đang tải sản phẩm',
    type: (type) => viTypes[type] ?? type,
    add: 'Thêm',
    addNamed: (name) => `Thêm vào giỏ: ${name}`,
    soldOut: 'Hết hàng',
    left: (count) => `Còn ${count}`,
    inCart: (quantity) => `${quantity} trong giỏ`,
    quantityOf: (name) => `Số lượng: ${name}`,
    less: (name) => `Bớt một: ${name}`,
    more: (name) => `Thêm một: ${name}`,
    quantityProblem: vietnameseProblem,
  },
  added: 'Đã thêm 2 × Áo sơ mi nam dài tay vải oxford vào giỏ.',
  cartPage: {
    title: 'Giỏ hàng',
    loading: 'Đang tải giỏ hàng',
    all: 'Chọn tất cả',
    summary: 'Thanh toán',
    chosen: (count) => `${count} đơn hàng`,
    pay: 'Thanh toán',
    safe: 'Dù bấm hai lần hay mất mạng, bạn cũng chỉ bị trừ tiền một lần.',
    tick: (name) => `Chọn ${name}`,
    expires: () => 'Giữ giá đến 13:40 ngày mai',
    remove: (name) => `Xoá ${name}`,
    quantityOf: (name) => `Số lượng: ${name}`,
    less: (name) => `Bớt một: ${name}`,
    more: (name) => `Thêm một: ${name}`,
    quantityProblem: vietnameseProblem,
  },
  offline: 'Mất kết nối. Thông tin lúc 14:03.',
  older: 'Đơn hàng gần đây',
  statuses: {
    paid: 'Đang xử lý',
    completed: 'Hoàn tất',
    failed: 'Cần hỗ trợ',
    refunded: 'Đã hoàn tiền',
    pending: 'Chờ thanh toán',
  },
  sheet: {
    title: 'Thanh toán',
    close: 'Đóng',
    method: 'Thanh toán bằng',
    total: 'Tổng cộng',
    pay: 'Thanh toán',
  },
  methods: [
    { value: 'pm_card_visa', label: 'Thẻ Visa', hint: 'Được chấp nhận' },
    { value: 'pm_card_authenticationRequired', label: 'Thẻ có 3-D Secure', hint: 'Ngân hàng hỏi lại bạn' },
    { value: 'pm_card_chargeDeclined', label: 'Thẻ bị từ chối' },
  ],
};

const en: GalleryWords = {
  products: 'Products',
  cart: 'Cart',
  orders: 'Orders',
  waiting: 'orders to pay',
  skip: 'Skip to the content',
  main: 'Main',
  account: 'Account',
  signIn: {
    title: 'Sign in',
    email: 'E-mail',
    signIn: 'Continue',
    reason: 'Sign in to see your cart and your orders.',
    hint: 'This is a demo: no password is needed.',
    problem: 'Enter an e-mail address, such as an@example.com',
  },
  signOut: 'Sign out',
  otherLanguage: 'Tiếng Việt',
  catalogue: {
    title: 'Products',
    search: 'Find a product',
    searchHint: 'Find by name or code',
    clear: 'Clear the search',
    suggestions: 'Suggestions',
    nothingFound: 'No product found',
    found: (count) => `${count} products`,
    loading: 'Loading products',
    type: (type) => enTypes[type] ?? type,
    add: 'Add',
    addNamed: (name) => `Add to cart: ${name}`,
    soldOut: 'Sold out',
    left: (count) => `${count} left`,
    inCart: (quantity) => `${quantity} in cart`,
    quantityOf: (name) => `Quantity: ${name}`,
    less: (name) => `One less: ${name}`,
    more: (name) => `One more: ${name}`,
    quantityProblem: englishProblem,
  },
  added: 'Added 2 × Áo sơ mi nam dài tay vải oxford to your cart.',
  cartPage: {
    title: 'Cart',
    loading: 'Loading your cart',
    all: 'Select all',
    summary: 'Payment',
    chosen: (count) => (count === 1 ? '1 order' : `${count} orders`),
    pay: 'Pay',
    safe: 'Press twice or lose the connection: you are charged once.',
    tick: (name) => `Select ${name}`,
    expires: () => 'Price kept until 13:40 tomorrow',
    remove: (name) => `Remove ${name}`,
    quantityOf: (name) => `Quantity: ${name}`,
    less: (name) => `One less: ${name}`,
    more: (name) => `One more: ${name}`,
    quantityProblem: englishProblem,
  },
  offline: 'You are offline. This is as of 14:03.',
  older: 'Recent orders',
  statuses: {
    paid: 'In progress',
    completed: 'Completed',
    failed: 'Needs help',
    refunded: 'Refunded',
    pending: 'To pay',
  },
  sheet: { title: 'Payment', close: 'Close', method: 'Pay with', total: 'Total', pay: 'Pay' },
  methods: [
    { value: 'pm_card_visa', label: 'Visa card', hint: 'Accepted' },
    {
      value: 'pm_card_authenticationRequired',
      label: 'Card with 3-D Secure',
      hint: 'Your bank asks you to confirm',
    },
    { value: 'pm_card_chargeDeclined', label: 'Card that is declined' },
  ],
};

export const galleryWords: Readonly<Record<Language, GalleryWords>> = { vi, en };
