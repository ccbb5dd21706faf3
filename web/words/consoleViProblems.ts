import type { consoleEnProblems } from './consoleEnProblems.ts';
import { viProblems } from './viProblems.ts';

export const consoleViProblems: typeof consoleEnProblems = {
  ...viProblems,
  forbidden: {
    title: 'Tài khoản này không có quyền',
    text: 'Hãy hỏi người quản lý tài khoản, hoặc đăng nhập bằng tài khoản khác.',
  },
  not_found: { title: 'Không tìm thấy', text: 'Mục này không tồn tại, hoặc vừa mất.' },
  idempotency_key_reused: {
    title: 'Yêu cầu này đã được dùng cho việc khác',
    text: 'Lần này chưa có gì được thực hiện. Vui lòng tải lại trang rồi thử lại.',
  },
  order_in_progress: {
    title: 'Có đơn hàng đang được thanh toán',
    text: 'Hãy chờ đến khi thanh toán xong rồi thử lại.',
  },
  stock_changed: {
    title: 'Số lượng trong kho đã thay đổi',
    text: 'Có người vừa sửa. Lần này chưa có gì thay đổi.',
  },
  rate_limited: { title: 'Quá nhiều yêu cầu', text: 'Vui lòng chờ một lát rồi thử lại.' },
  internal: {
    title: 'Máy chủ gặp lỗi',
    text: 'Hãy tìm mã yêu cầu trong nhật ký máy chủ.',
  },
  unavailable: { title: 'Máy chủ tạm thời chưa trả lời được', text: 'Vui lòng thử lại sau ít phút.' },
  payment_unavailable: {
    title: 'Chưa kết nối được nhà cung cấp thanh toán',
    text: 'Vui lòng thử lại sau ít phút.',
  },
};
