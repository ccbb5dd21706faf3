import { formatCount } from '../shared/money.ts';
import type { Messages } from './en.ts';

export const viPay: Messages['pay'] = {
  page: 'Thanh toán',
  receipt: 'Nội dung thanh toán',
  number: 'Mã thanh toán',
  total: 'Tổng cộng',
  method: 'Thanh toán bằng',
  anotherMethod: 'Chọn cách thanh toán khác',
  payAmount: (amount) => `Thanh toán ${amount}`,
  noCardField: 'Chưa tải được ô nhập thẻ. Hãy kiểm tra kết nối, hoặc những gì trình duyệt chặn.',
  noMethods: 'Cửa hàng này chưa nhận thanh toán. Vui lòng hỏi cửa hàng.',
  cardRefused: 'Chưa đọc được thẻ. Vui lòng kiểm tra lại.',
  otherTotal:
    'Số lượng vừa được thay đổi, nên tổng tiền cũng khác. Chưa trừ tiền. Bấm lần nữa để thanh toán.',
  asking: {
    title: 'Đang hỏi ngân hàng',
    text: 'Việc này thường mất vài giây. Bạn có thể tải lại hoặc đóng trang: bạn chỉ bị trừ tiền một lần.',
  },
  retrying: {
    title: 'Chưa có câu trả lời',
    text: 'Chúng tôi gửi lại đúng yêu cầu này, nên bạn chỉ bị trừ tiền một lần.',
    next: (wait) => `Thử lại sau ${wait}.`,
    tries: (count) => `Đã thử ${count} lần.`,
    nothingCharged: 'Chưa kết nối được dịch vụ thanh toán. Bạn chưa bị trừ tiền.',
    ours: 'Hệ thống của chúng tôi gặp lỗi.',
    now: 'Thử lại ngay',
    stop: 'Dừng thanh toán này',
  },
  confirming: {
    title: 'Ngân hàng chưa trả lời',
    text: 'Chúng tôi vẫn đang hỏi. Bạn sẽ không bị trừ tiền hai lần.',
    close: 'Bạn có thể đóng trang này; kết quả sẽ có trong đơn hàng của bạn.',
  },
  action: {
    title: 'Ngân hàng cần bạn xác nhận',
    text: 'Chưa trừ tiền. Đơn hàng được giữ cho bạn trong 15 phút.',
    confirm: 'Xác nhận với ngân hàng',
    closed: 'Lỡ đóng cửa sổ? Bạn có thể tiếp tục ở đây.',
    giveUp: 'Huỷ thanh toán',
    demo: 'Đây là bản dùng thử. Ngân hàng thật sẽ hỏi bạn ở bước này.',
    demoSucceed: 'Xác nhận',
    demoFail: 'Từ chối',
  },
  stale: {
    title: 'Bạn vẫn muốn thanh toán?',
    text: (time) =>
      `Bạn đã bấm Thanh toán lúc ${time}, và chúng tôi chưa biết ngân hàng đã được hỏi hay chưa. Dù chọn gì, bạn cũng chỉ bị trừ tiền một lần.`,
    goOn: 'Tiếp tục',
    leave: 'Không thanh toán',
  },
  paid: {
    title: 'Đã thanh toán',
    text: 'Cảm ơn bạn. Chúng tôi đang chuẩn bị đơn hàng và sẽ gửi e-mail cho bạn.',
  },
  declined: { title: 'Ngân hàng từ chối thanh toán', text: 'Bạn chưa bị trừ tiền.' },
  cancelled: {
    title: 'Thanh toán đã huỷ',
    text: 'Bạn chưa bị trừ tiền. Đơn hàng đã về lại giỏ, trừ khi đã hết hạn.',
  },
  stopped: { title: 'Đã dừng thanh toán', text: 'Bạn chưa bị trừ tiền.' },
  elsewhere: {
    title: 'Đã xong ở cửa sổ khác',
    text: 'Xem kết quả trong đơn hàng của bạn.',
  },
  signedOut: {
    title: 'Vui lòng đăng nhập lại',
    text: 'Phiên đăng nhập đã hết. Lần thanh toán này được giữ lại và tiếp tục sau khi bạn đăng nhập.',
  },
  forbidden: {
    title: 'Tài khoản này không thanh toán được ở đây',
    text: 'Hãy đăng nhập bằng tài khoản đã đặt hàng. Lần thanh toán này vẫn được giữ lại.',
  },
  missing: {
    title: 'Không tìm thấy lần thanh toán này',
    text: 'Mục này không tồn tại, hoặc thuộc về tài khoản khác.',
  },
  conflict: {
    paidTitle: 'Đơn hàng này đã được thanh toán',
    paid: (name) => `${name} đã được thanh toán ở cửa sổ hoặc thiết bị khác. Lần này bạn không bị trừ tiền.`,
    cancelled: (name) => `${name} đã huỷ hoặc hết hạn. Bạn chưa bị trừ tiền.`,
    inProgress: (name) =>
      `${name} đang được thanh toán ở cửa sổ hoặc thiết bị khác. Lần này bạn không bị trừ tiền.`,
    other: (name, status) => `${name}: ${status}. Lần này bạn không bị trừ tiền.`,
    unknownOrder: 'Một đơn hàng',
  },
  stock: {
    left: (name, left) =>
      left === 0 ? `${name} đã hết hàng.` : `${name}: chỉ còn ${formatCount(left, 'vi')}.`,
    take: (left) => `Lấy ${formatCount(left, 'vi')}`,
    remove: 'Bỏ khỏi giỏ',
  },
  seeOrder: 'Xem đơn hàng',
  seeOrders: 'Xem các đơn hàng',
  backToCart: 'Về giỏ hàng',
  keepShopping: 'Mua tiếp',
  openPayments: (count) => `Có ${count} lần thanh toán chưa có kết quả.`,
  openPayment: 'Xem thanh toán',
};
