import type { StepReference } from './serviceReference.ts';

type Names = { readonly number: string; readonly page: string };

/** What a mail calls the reference and the page that a step service sent, by step. */
const namesOf: Readonly<Record<'vi' | 'en', Readonly<Record<string, Names>> & { readonly other: Names }>> = {
  vi: {
    invoice: { number: 'Số hoá đơn', page: 'Xem hoá đơn' },
    request_shipment: { number: 'Mã vận đơn', page: 'Theo dõi đơn hàng' },
    issue_licence: { number: 'Mã bản quyền', page: 'Trang bản quyền' },
    book: { number: 'Mã đặt chỗ', page: 'Trang đặt chỗ' },
    other: { number: 'Mã tham chiếu', page: 'Xem thêm' },
  },
  en: {
    invoice: { number: 'Invoice number', page: 'Your invoice' },
    request_shipment: { number: 'Tracking number', page: 'Track your shipment' },
    issue_licence: { number: 'Licence key', page: 'Your licence' },
    book: { number: 'Booking number', page: 'Your booking' },
    other: { number: 'Reference', page: 'Read more' },
  },
};

/**
 * The facts of a mail about what step services did. Orders that went through a step together have the same reference: it
 * is named once.
 */
export const referenceFacts = (
  references: readonly StepReference[],
  language: 'vi' | 'en',
): readonly (readonly [name: string, value: string])[] => {
  const names = namesOf[language];
  const facts = references.flatMap(({ step, reference, url }) => {
    const { number, page } = names[step] ?? names.other;
    return [
      ...(reference === null ? [] : [[number, reference] as const]),
      ...(url === null ? [] : [[page, url] as const]),
    ];
  });
  return [...new Map(facts.map((fact) => [fact.join('\n'), fact])).values()];
};
