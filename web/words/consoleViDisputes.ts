import type { ConsoleDisputeWords } from './consoleEnDisputes.ts';

export const consoleViDisputes: ConsoleDisputeWords = {
  fraudulent: 'Khách nói không thực hiện thanh toán này',
  unrecognized: 'Khách không nhận ra khoản thanh toán',
  duplicate: 'Bị thu nhiều lần',
  product_not_received: 'Chưa nhận được hàng',
  product_unacceptable: 'Hàng hỏng hoặc không như mô tả',
  subscription_canceled: 'Vẫn bị thu sau khi đã huỷ',
  credit_not_processed: 'Chưa nhận được tiền hoàn đã hứa',
  general: 'Không nêu lý do',
};
