import type { Messages } from './en.ts';

export const viProblems: Messages['problems'] = {
  malformed_body: {
    title: 'Yêu cầu chưa đến trọn vẹn',
    text: 'Chưa có gì thay đổi. Vui lòng thử lại.',
  },
  idempotency_key_missing: {
    title: 'Yêu cầu chưa đầy đủ',
    text: 'Bạn chưa bị trừ tiền. Vui lòng tải lại trang rồi thử lại.',
  },
  idempotency_key_invalid: {
    title: 'Yêu cầu chưa đầy đủ',
    text: 'Bạn chưa bị trừ tiền. Vui lòng tải lại trang rồi thử lại.',
  },
  signature_invalid: { title: 'Không xác thực được bên gửi', text: 'Chưa có gì thay đổi.' },
  unauthenticated: {
    title: 'Vui lòng đăng nhập lại',
    text: 'Phiên đăng nhập đã hết. Mọi thứ trên trang này vẫn được giữ.',
  },
  payment_declined: { title: 'Thanh toán bị từ chối', text: 'Bạn chưa bị trừ tiền.' },
  forbidden: {
    title: 'Tài khoản này không có quyền',
    text: 'Hãy đăng nhập bằng tài khoản khác, hoặc liên hệ cửa hàng.',
  },
  not_found: {
    title: 'Không tìm thấy',
    text: 'Mục này không tồn tại, hoặc thuộc về tài khoản khác.',
  },
  method_not_allowed: {
    title: 'Không thực hiện được ở đây',
    text: 'Vui lòng tải lại trang rồi thử lại.',
  },
  request_timeout: {
    title: 'Kết nối quá chậm',
    text: 'Yêu cầu không đến kịp. Chưa có gì thay đổi. Vui lòng thử lại.',
  },
  checkout_in_progress: {
    title: 'Đang xử lý thanh toán này',
    text: 'Dù yêu cầu nhiều lần, bạn cũng chỉ bị trừ tiền một lần.',
  },
  checkout_not_cancellable: {
    title: 'Không huỷ thanh toán được nữa',
    text: 'Ngân hàng đang xử lý. Kết quả sẽ sớm hiện ở đây.',
  },
  order_in_progress: {
    title: 'Có đơn hàng đang được thanh toán',
    text: 'Một lần thanh toán khác đang diễn ra. Lần này bạn không bị trừ tiền.',
  },
  order_not_payable: {
    title: 'Có đơn hàng không thanh toán được nữa',
    text: 'Đơn đã được thanh toán hoặc đã huỷ. Lần này bạn không bị trừ tiền.',
  },
  order_not_pending: {
    title: 'Không thay đổi được đơn hàng này nữa',
    text: 'Chỉ đơn đang chờ thanh toán mới sửa hoặc xoá được.',
  },
  order_not_refundable: {
    title: 'Không hoàn tiền được cho đơn này',
    text: 'Chỉ đơn đã thanh toán mới được hoàn tiền.',
  },
  refund_too_large: { title: 'Số tiền hoàn quá lớn', text: 'Số này lớn hơn phần còn lại đã thanh toán.' },
  payment_disputed: {
    title: 'Thanh toán đang bị khiếu nại',
    text: 'Ngân hàng của khách đang xem xét. Vui lòng chờ kết quả.',
  },
  stock_changed: {
    title: 'Số lượng trong kho đã thay đổi',
    text: 'Có người vừa sửa. Vui lòng xem lại số mới.',
  },
  out_of_stock: {
    title: 'Không đủ hàng',
    text: 'Bạn chưa bị trừ tiền. Hãy giảm số lượng hoặc bỏ khỏi giỏ.',
  },
  body_too_large: { title: 'Quá nhiều trong một lần', text: 'Vui lòng gửi ít hơn mỗi lần.' },
  uri_too_long: { title: 'Nội dung tìm kiếm quá dài', text: 'Vui lòng dùng ít chữ hơn.' },
  unsupported_media_type: {
    title: 'Không hiểu được yêu cầu',
    text: 'Vui lòng tải lại trang rồi thử lại.',
  },
  validation_failed: { title: 'Vui lòng kiểm tra lại', text: 'Có giá trị không dùng được ở đây.' },
  idempotency_key_reused: {
    title: 'Yêu cầu này đã được dùng',
    text: 'Bạn chưa bị trừ tiền. Vui lòng tải lại trang rồi thử lại.',
  },
  mixed_currency: {
    title: 'Không thanh toán chung hai loại tiền',
    text: 'Vui lòng thanh toán riêng các đơn của từng loại tiền.',
  },
  url_refused: {
    title: 'Địa chỉ này không được chấp nhận',
    text: 'Hãy nhập một địa chỉ công khai bắt đầu bằng https.',
  },
  rate_limited: { title: 'Đã thử quá nhiều lần', text: 'Bạn chưa bị trừ tiền. Vui lòng chờ một lát.' },
  headers_too_large: {
    title: 'Yêu cầu quá lớn',
    text: 'Vui lòng đăng xuất, đăng nhập lại rồi thử lần nữa.',
  },
  internal: {
    title: 'Hệ thống của chúng tôi gặp lỗi',
    text: 'Vui lòng thử lại. Nếu vẫn lỗi, hãy gửi mã bên dưới cho cửa hàng.',
  },
  unavailable: {
    title: 'Cửa hàng tạm thời chưa phục vụ được',
    text: 'Vui lòng thử lại sau ít phút.',
  },
  payment_unavailable: {
    title: 'Chưa kết nối được dịch vụ thanh toán',
    text: 'Bạn chưa bị trừ tiền. Vui lòng thử lại sau ít phút.',
  },
};

export const viLimits: Messages['limits'] = {
  declines: (wait) =>
    `Nhiều lần thanh toán bị từ chối. Vì an toàn, hãy thử lại sau ${wait}. Bạn chưa bị trừ tiền.`,
  challenges: () =>
    'Có nhiều lần thanh toán đang chờ bạn. Hãy xác nhận hoặc huỷ một lần rồi thử lại. Bạn chưa bị trừ tiền.',
  pending_orders: () => 'Giỏ hàng đã đầy. Hãy thanh toán hoặc xoá bớt đơn rồi thử lại.',
  other: (wait) => `Vui lòng thử lại sau ${wait}. Bạn chưa bị trừ tiền.`,
};

export const viDeclines: Messages['declines'] = {
  card_declined: 'Ngân hàng không cho phép thanh toán và không nêu lý do.',
  insufficient_funds: 'Thẻ không đủ tiền.',
  expired_card: 'Thẻ đã hết hạn.',
  incorrect_cvc: 'Mã bảo mật của thẻ không đúng.',
  incorrect_number: 'Số thẻ không đúng.',
  processing_error: 'Ngân hàng gặp lỗi khi xử lý thẻ. Bạn có thể thử lại.',
  issuer_not_available: 'Chưa liên hệ được với ngân hàng của bạn. Bạn có thể thử lại sau.',
  try_again_later: 'Ngân hàng chưa thể quyết định. Bạn có thể thử lại sau.',
  authentication_required: 'Thanh toán chưa được xác nhận với ngân hàng.',
  payment_intent_authentication_failure: 'Ngân hàng không xác nhận được đó là bạn.',
  card_velocity_exceeded: 'Thẻ đã đạt hạn mức.',
  withdrawal_count_limit_exceeded: 'Thẻ đã đạt hạn mức.',
  card_not_supported: 'Thẻ này không dùng được cho giao dịch này.',
  currency_not_supported: 'Thẻ này không thanh toán được bằng loại tiền này.',
  transaction_not_allowed: 'Ngân hàng không cho phép loại giao dịch này.',
  call_issuer: 'Ngân hàng đề nghị bạn gọi cho họ.',
  amount_too_large: 'Số tiền vượt mức cho mỗi lần thanh toán.',
  amount_too_small: 'Số tiền quá nhỏ để thanh toán bằng thẻ.',
  amount_not_supported: 'Không thanh toán được số tiền này theo cách này.',
  invalid_payment_method: 'Cách thanh toán này không còn dùng được.',
  cancelled: 'Thanh toán đã bị huỷ trước khi thực hiện.',
};
