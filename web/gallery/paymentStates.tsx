import type { ComponentChildren } from 'preact';
import { Button, LinkButton } from '../parts/Button.tsx';
import type { Language } from '../parts/language.ts';
import type { PaymentLook } from '../shop/views/PaymentView.tsx';

type PaymentText = {
  readonly look: PaymentLook;
  readonly title: string;
  readonly text: readonly string[];
  readonly actions: readonly string[];
};

/** Each state of the payment page, in the words of both languages. */
const texts = {
  asking: {
    look: 'asking',
    vi: [
      'Đang hỏi ngân hàng',
      ['Việc này thường mất vài giây. Bạn có thể tải lại hoặc đóng trang: bạn chỉ bị trừ tiền một lần.'],
      [],
    ],
    en: [
      'Asking your bank',
      ['This takes a few seconds. You may reload or close this page: you are charged once.'],
      [],
    ],
  },
  confirm: {
    look: 'yours',
    vi: [
      'Ngân hàng cần bạn xác nhận',
      ['Chưa trừ tiền. Đơn hàng được giữ cho bạn trong 15 phút.'],
      ['Xác nhận với ngân hàng', 'Huỷ thanh toán'],
    ],
    en: [
      'Your bank asks you to confirm',
      ['Nothing is charged yet. Your orders are kept for 15 minutes.'],
      ['Confirm with your bank', 'Cancel payment'],
    ],
  },
  unknown: {
    look: 'asking',
    vi: [
      'Ngân hàng chưa trả lời',
      [
        'Chúng tôi vẫn đang hỏi. Bạn sẽ không bị trừ tiền hai lần.',
        'Bạn có thể đóng trang này; kết quả sẽ có trong đơn hàng của bạn.',
      ],
      ['Xem đơn hàng'],
    ],
    en: [
      'Your bank has not answered',
      [
        'We keep asking. You will not be charged twice.',
        'You may close this page; the result will be in your orders.',
      ],
      ['See your orders'],
    ],
  },
  retrying: {
    look: 'asking',
    vi: ['Chưa gửi được yêu cầu', ['Chưa trừ tiền. Thử lại sau 8 giây.'], ['Thử lại ngay']],
    en: ['The request did not get through', ['Nothing is charged. Next try in 8 seconds.'], ['Try now']],
  },
  declined: {
    look: 'stopped',
    vi: [
      'Ngân hàng từ chối thanh toán',
      ['Thẻ không đủ tiền. Bạn chưa bị trừ tiền.'],
      ['Chọn cách thanh toán khác', 'Về giỏ hàng'],
    ],
    en: [
      'Your bank declined the payment',
      ['There is not enough money on the card. Nothing was charged.'],
      ['Choose another way to pay', 'Back to the cart'],
    ],
  },
  conflict: {
    look: 'settled',
    vi: [
      'Đơn hàng này đã được thanh toán',
      ['Bạn đã thanh toán ở một cửa sổ khác. Lần này không bị trừ tiền.'],
      ['Xem đơn hàng'],
    ],
    en: [
      'This order is already paid',
      ['You paid for it in another window. Nothing was charged this time.'],
      ['See the order'],
    ],
  },
  outOfStock: {
    look: 'stopped',
    vi: [
      'Không đủ hàng',
      ['Đồng hồ để bàn gỗ sồi: chỉ còn 1. Bạn chưa bị trừ tiền.'],
      ['Lấy 1 chiếc', 'Bỏ khỏi giỏ'],
    ],
    en: [
      'Not enough in stock',
      ['Đồng hồ để bàn gỗ sồi: 1 is left. Nothing was charged.'],
      ['Take 1', 'Remove from cart'],
    ],
  },
  tooMany: {
    look: 'stopped',
    vi: [
      'Đã thử quá nhiều lần',
      ['Vì an toàn, hãy thử lại sau 9 phút. Bạn chưa bị trừ tiền.'],
      ['Về giỏ hàng'],
    ],
    en: [
      'Too many tries',
      ['To keep you safe, try again in 9 minutes. Nothing was charged.'],
      ['Back to the cart'],
    ],
  },
  paid: {
    look: 'paid',
    vi: [
      'Đã thanh toán',
      ['Cảm ơn bạn. Chúng tôi đang chuẩn bị đơn hàng và sẽ gửi e-mail cho bạn.'],
      ['Xem đơn hàng', 'Mua tiếp'],
    ],
    en: [
      'Paid',
      ['Thank you. We are preparing your order and will send you an e-mail.'],
      ['See your order', 'Keep shopping'],
    ],
  },
} as const satisfies Record<
  string,
  { readonly look: PaymentLook } & Record<Language, readonly [string, readonly string[], readonly string[]]>
>;

export type PaymentStateName = keyof typeof texts;

export const paymentStateNames = Object.keys(texts) as readonly PaymentStateName[];

export const paymentTextOf = (name: PaymentStateName, language: Language): PaymentText => {
  const [title, text, actions] = texts[name][language];
  return { look: texts[name].look, title, text, actions };
};

/** The first action is the one that most people want. */
export const paymentActions = (actions: readonly string[]): ComponentChildren =>
  actions.map((label, index) =>
    index === 0 ? (
      <Button key={label} look="main">
        {label}
      </Button>
    ) : (
      <LinkButton key={label} href="#main">
        {label}
      </LinkButton>
    ),
  );
