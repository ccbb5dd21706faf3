import { t } from 'elysia';
import type { PagePayment } from '../http/pageFiles.ts';
import { openWord, strictObject } from '../http/schemas.ts';
import { component } from './component.ts';

type Language = 'en' | 'vi';

type PayMethod = { readonly id: string; readonly labels: Readonly<Record<Language, string>> };

/** What to try in a demo: each stands for a card or a bank that behaves so. */
const simulatedMethods: readonly PayMethod[] = [
  { id: 'pm_card_visa', labels: { en: 'Card that pays', vi: 'Thẻ thanh toán được' } },
  { id: 'pm_card_chargeDeclined', labels: { en: 'Card that is declined', vi: 'Thẻ bị từ chối' } },
  {
    id: 'pm_card_authenticationRequired',
    labels: { en: 'Card that asks you to confirm (3-D Secure)', vi: 'Thẻ cần bạn xác nhận (3-D Secure)' },
  },
  { id: 'pm_sim_slow', labels: { en: 'Slow bank', vi: 'Ngân hàng chậm' } },
  {
    id: 'pm_sim_lost_ok',
    labels: { en: 'Paid, but the answer is lost', vi: 'Đã thanh toán, nhưng mất phản hồi' },
  },
  {
    id: 'pm_sim_lost_declined',
    labels: { en: 'Declined, and the answer is lost', vi: 'Bị từ chối, và mất phản hồi' },
  },
  {
    id: 'pm_sim_down',
    labels: { en: 'Bank that cannot be reached', vi: 'Không kết nối được ngân hàng' },
  },
];

/** The provider's own script asks for the card, so the shop has one method for all of them. */
const cardMethods: readonly PayMethod[] = [{ id: 'card', labels: { en: 'Card', vi: 'Thẻ' } }];

export const payOptionsJson = component(
  'PayOptions',
  strictObject({
    provider: openWord(['simulated', 'stripe'], 'Who charges. New providers may be added.'),
    methods: t.Array(strictObject({ id: t.String(), label: t.String() }), {
      description:
        'What a page offers. The `id` of a simulated method is the `payment.method` of a checkout. With `card`, the script of the provider makes one of the card.',
    }),
    publishableKey: t.Union([t.String(), t.Null()], {
      description: 'For the script of the provider. Null if there is none.',
    }),
  }),
);

/** Without the key, a page has no way to ask for a card. */
const methodsOf = ({ provider, publishableKey }: PagePayment): readonly PayMethod[] => {
  if (provider === 'simulated') return simulatedMethods;
  return publishableKey === null ? [] : cardMethods;
};

export const renderPayOptions = (payment: PagePayment, language: Language) => ({
  provider: payment.provider,
  methods: methodsOf(payment).map(({ id, labels }) => ({ id, label: labels[language] })),
  publishableKey: payment.publishableKey,
});
