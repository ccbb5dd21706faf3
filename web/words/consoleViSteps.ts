import type { ConsoleStepWords } from './consoleEnSteps.ts';
import { readable, wordOf } from './words.ts';

const pipelines = {
  physical: 'Hàng giao tận nơi',
  digital: 'Sản phẩm số',
  service: 'Dịch vụ',
  refund: 'Hoàn tiền',
  provider_event: 'Tin từ nhà cung cấp thanh toán',
  reconciliation: 'Đối soát',
};

const steps = {
  invoice: 'Xuất hoá đơn',
  issue_licence: 'Cấp bản quyền',
  book: 'Đặt chỗ',
  request_shipment: 'Yêu cầu giao hàng',
  notify_customer: 'Gửi thư cho khách',
  refund_charge: 'Trả lại tiền',
  act_on_event: 'Xử lý tin',
  reconcile_ledger: 'So sổ với nhà cung cấp',
};

export const consoleViSteps: ConsoleStepWords = {
  pipelines,
  steps,
  pipeline: (name) => wordOf(pipelines, name) ?? readable(name),
  step: (name) => wordOf(steps, name) ?? readable(name),
};
