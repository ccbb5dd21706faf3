import type { Mail } from '../../core/mail.ts';

/** A mail with all characters that a transfer can damage. */
export const mailOf = (number: number, changes: Partial<Mail> = {}): Mail => ({
  messageId: `<order-${number}.notify_customer@shop.example>`,
  checkoutId: null,
  orderIds: [`order-${number}`],
  to: 'khach.hang@example.com',
  subject: 'Đơn hàng của bạn đã được xử lý: Áo thun nam cổ tròn tay ngắn 👕',
  text: 'Cảm ơn bạn đã mua hàng.\n.\n..\nSố lượng: 1\n',
  html: '<p>Cảm ơn bạn &amp; hẹn gặp lại</p>',
  attachments: [],
  ...changes,
});
