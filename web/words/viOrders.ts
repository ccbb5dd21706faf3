import type { Messages } from './en.ts';

export const viOrderStatuses: Messages['orderStatuses'] = {
  pending: 'Chờ thanh toán',
  paying: 'Đang thanh toán',
  paid: 'Đang xử lý',
  completed: 'Hoàn tất',
  failed: 'Cần hỗ trợ',
  cancelled: 'Đã huỷ',
  refunded: 'Đã hoàn tiền',
};

export const viCheckoutStatuses: Messages['checkoutStatuses'] = {
  processing: 'Đang xử lý',
  requires_action: 'Chờ bạn xác nhận',
  succeeded: 'Đã thanh toán',
  declined: 'Bị từ chối',
  unknown: 'Đang chờ xác nhận',
  cancelled: 'Đã huỷ',
};

export const viHistoryStates: Messages['historyStates'] = {
  pending: 'Chờ thanh toán',
  paying: 'Bắt đầu thanh toán',
  paid: 'Đã thanh toán',
  completed: 'Hoàn tất',
  failed: 'Gặp trở ngại, chúng tôi đang xử lý',
  cancelled: 'Đã huỷ',
  refunded: 'Đã hoàn toàn bộ tiền',
  stock_reserved: 'Đã giữ hàng cho bạn',
  quantity_changed: 'Đã đổi số lượng',
  invoiced: 'Đã xuất hoá đơn',
  licence_issued: 'Đã cấp bản quyền',
  booked: 'Đã giữ chỗ',
  shipment_requested: 'Đã giao cho đơn vị vận chuyển',
  customer_notified: 'Đã gửi e-mail cho bạn',
  retried: 'Đã xử lý lại',
  refund_requested: 'Đã yêu cầu hoàn tiền',
  partially_refunded: 'Đã hoàn một phần tiền',
  refund_failed: 'Hoàn tiền chưa thành công, chúng tôi đang xử lý',
  charged_back: 'Ngân hàng đã hoàn tiền',
  disputed: 'Thanh toán bị khiếu nại',
  dispute_won: 'Đã giải quyết khiếu nại',
  dispute_lost: 'Đã giải quyết khiếu nại, tiền được hoàn',
};

export const viOtherState: Messages['otherState'] = (name) => `Bước khác: ${name}`;
