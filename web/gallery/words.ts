import type { Language } from '../shared/language.ts';
import { messagesOf } from '../words/messages.ts';

type Method = { readonly value: string; readonly label: string; readonly hint?: string };

const methods: Readonly<Record<Language, readonly Method[]>> = {
  vi: [
    { value: 'pm_card_visa', label: 'Thẻ Visa', hint: 'Được chấp nhận' },
    { value: 'pm_card_authenticationRequired', label: 'Thẻ có 3-D Secure', hint: 'Ngân hàng hỏi lại bạn' },
    { value: 'pm_card_chargeDeclined', label: 'Thẻ bị từ chối' },
  ],
  en: [
    { value: 'pm_card_visa', label: 'Visa card', hint: 'Accepted' },
    {
      value: 'pm_card_authenticationRequired',
      label: 'Card with 3-D Secure',
      hint: 'Your bank asks you to confirm',
    },
    { value: 'pm_card_chargeDeclined', label: 'Card that is declined' },
  ],
};

/** The shop's own words, and some that the server sends. */
export const galleryWords = (language: Language) => ({
  ...messagesOf(language),
  methods: methods[language],
});
