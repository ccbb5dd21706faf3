import { LinkButton } from '../parts/Button.tsx';
import { Copy } from '../parts/Copy.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Note } from '../parts/Note.tsx';
import { Timeline } from '../parts/Timeline.tsx';
import type { Language } from '../shared/language.ts';
import { OrderView } from '../shop/views/OrderView.tsx';
import { orderOf } from './data.ts';
import { Frame } from './Frame.tsx';
import { galleryWords } from './words.ts';

const at = (minute: number): string => `2026-11-26T07:${String(minute).padStart(2, '0')}:00.000Z`;

const texts = {
  vi: {
    back: 'Đơn hàng',
    timeline: 'Diễn biến',
    facts: 'Thông tin đơn hàng',
    total: 'Tổng cộng',
    quantity: 'Số lượng',
    method: 'Thanh toán bằng',
    invoice: 'Hoá đơn',
    download: 'Tải hoá đơn (PDF)',
    licence: 'Khoá bản quyền',
    keep: 'Giữ khoá này cẩn thận. Bạn luôn tìm lại được nó ở đây.',
    notInvoiced: 'Chưa xuất được hoá đơn',
    copy: { copy: 'Chép', copied: 'Đã chép', select: 'Hãy chọn chữ để chép' },
    steps: ['Đã đặt hàng', 'Đã thanh toán', 'Đã cấp khoá bản quyền', 'Đã xuất hoá đơn', 'Gửi e-mail cho bạn'],
  },
  en: {
    back: 'Orders',
    timeline: 'What happened',
    facts: 'About the order',
    total: 'Total',
    quantity: 'Quantity',
    method: 'Paid with',
    invoice: 'Invoice',
    download: 'Download the invoice (PDF)',
    licence: 'Licence key',
    keep: 'Keep this key safe. You always find it here again.',
    notInvoiced: 'The invoice could not be issued',
    copy: { copy: 'Copy', copied: 'Copied', select: 'Select the text to copy it' },
    steps: ['Ordered', 'Paid', 'Licence issued', 'Invoice issued', 'E-mail to you'],
  },
} as const;

export const OrderPage = ({
  language,
  isFailed,
}: {
  readonly language: Language;
  readonly isFailed: boolean;
}) => {
  const text = texts[language];
  const isVietnamese = language === 'vi';
  return (
    <Frame language={language} here="none">
      <OrderView
        order={orderOf(2, 1, isFailed ? 'failed' : 'paid')}
        imageUrl={null}
        status={
          isFailed
            ? { tone: 'warn', label: galleryWords(language).orderStatuses.failed }
            : { tone: 'busy', label: galleryWords(language).orderStatuses.paid }
        }
        back={{ href: '?view=cart', label: text.back }}
        note={
          isFailed ? (
            <Note tone="warn">
              <p>
                {isVietnamese
                  ? 'Một bước chưa làm được. Nhân viên cửa hàng đang xử lý, bạn không cần làm gì.'
                  : 'One step did not work. The shop is looking into it; you need to do nothing.'}
              </p>
            </Note>
          ) : null
        }
        goods={
          <section class="card stack">
            <h2>{text.licence}</h2>
            <Copy text="7F3K-9QMD-22XA-P0LW" words={text.copy} />
            <p class="small soft">{text.keep}</p>
          </section>
        }
        facts={[
          { label: text.quantity, value: 1 },
          { label: text.method, value: 'Visa •••• 4242' },
          { label: text.invoice, value: '2026-000117' },
        ]}
        actions={
          <LinkButton href="#main" download wide>
            <Icon name="download" />
            {text.download}
          </LinkButton>
        }
        timeline={
          <Timeline
            label={text.timeline}
            items={text.steps.map((title, index) => ({
              key: title,
              title: isFailed && index === 3 ? text.notInvoiced : title,
              tone: isFailed && index === 3 ? 'bad' : 'good',
              at: index === 4 ? null : at(index + 1),
            }))}
          />
        }
        words={text}
      />
    </Frame>
  );
};
