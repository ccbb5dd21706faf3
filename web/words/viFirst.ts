import type { FirstMessages } from './enFirst.ts';
import { wordOf } from './words.ts';

const number = (count: number): string => count.toLocaleString('vi');

const quantity: Pick<FirstMessages['catalogue'], 'quantityOf' | 'less' | 'more' | 'quantityProblem'> = {
  quantityOf: (name) => `Số lượng: ${name}`,
  less: (name) => `Bớt một: ${name}`,
  more: (name) => `Thêm một: ${name}`,
  quantityProblem: (problem, { min, max }) =>
    ({
      not_a_number: 'Nhập một số nguyên, ví dụ 2',
      too_few: `Ít nhất ${min}`,
      too_many: `Nhiều nhất ${number(max)}`,
    })[problem],
};

export const viProductTypes: FirstMessages['productTypes'] = {
  physical: 'Hàng giao tận nơi',
  digital: 'Sản phẩm số',
  service: 'Dịch vụ',
};

export const viFirst: FirstMessages = {
  frame: {
    products: 'Sản phẩm',
    cart: 'Giỏ hàng',
    orders: 'Đơn hàng',
    waiting: 'đơn chờ thanh toán',
    skip: 'Đến nội dung chính',
    main: 'Chính',
    account: 'Tài khoản',
    signIn: 'Đăng nhập',
    signOut: 'Đăng xuất',
    otherLanguage: 'English',
    console: 'Quản trị',
    close: 'Đóng',
    copy: 'Sao chép',
    copied: 'Đã sao chép',
    select: 'Hãy chọn chữ để sao chép',
    titleOf: (page, shop) => `${page} · ${shop}`,
    notFound: 'Trang này không tồn tại',
    notFoundText: 'Địa chỉ có thể đã cũ hoặc bị gõ nhầm.',
    toProducts: 'Xem sản phẩm',
    toCart: 'Xem giỏ hàng',
  },
  state: {
    loading: 'Đang tải',
    tryAgain: 'Thử lại',
    requestId: 'Mã gửi cho cửa hàng',
    lost: 'Chưa nhận được câu trả lời',
    lostText: 'Kết nối của bạn hoặc cửa hàng có thể đang bận. Vui lòng thử lại.',
    offline: 'Mất kết nối',
    offlineAsOf: (time) => `Mất kết nối. Thông tin lúc ${time}.`,
    offlinePay: 'Bạn đang mất kết nối. Có mạng lại là thanh toán được.',
    notSecure: 'Để đăng nhập, hãy mở trang này bằng https, hoặc ngay trên máy chủ bằng localhost.',
  },
  catalogue: {
    ...quantity,
    title: 'Sản phẩm',
    search: 'Tìm sản phẩm',
    searchHint: 'Tìm theo tên hoặc mã',
    clear: 'Xoá chữ đã nhập',
    suggestions: 'Gợi ý',
    nothingFound: 'Không tìm thấy sản phẩm nào',
    nothingFoundText: 'Hãy thử ít chữ hơn, hoặc một từ khác.',
    empty: 'Chưa có sản phẩm nào',
    emptyText: 'Mời bạn quay lại sau.',
    found: (count) => `${count} sản phẩm`,
    loading: 'Đang tải sản phẩm',
    type: (type) => wordOf(viProductTypes, type) ?? type,
    add: 'Thêm',
    addNamed: (name) => `Thêm vào giỏ: ${name}`,
    soldOut: 'Hết hàng',
    left: (count) => `Còn ${number(count)}`,
    inCart: (count) => `${number(count)} trong giỏ`,
    added: (count, name) => `Đã thêm ${number(count)} × ${name} vào giỏ.`,
    allTypes: 'Tất cả',
    typeLabel: 'Loại sản phẩm',
    showAll: 'Xem tất cả sản phẩm',
    pages: 'Thêm sản phẩm',
    next: 'Trang sau',
    back: 'Trang đầu',
  },
  otherProblem: {
    title: 'Chưa thực hiện được',
    text: 'Vui lòng thử lại. Nếu vẫn lỗi, hãy gửi mã bên dưới cho cửa hàng.',
  },
  productTypes: viProductTypes,
};
