import { err, ok } from 'neverthrow';
import { isTimeZone } from '../core/calendar.ts';
import type { Shop } from '../core/invoice.ts';
import { isStorable, isVisible } from '../core/text.ts';
import type { Kinds } from './settingKinds.ts';

/** What stands on the documents of the shop. */
export const shopSettings = ({ setting }: Kinds): Shop => {
  const line = (name: string, fallback: string, most: number, doc: string): string =>
    setting({
      name,
      fallback,
      doc,
      read: (text) =>
        isStorable(text) && isVisible(text) && text.length <= most
          ? ok(text.trim())
          : err(`write one line of at most ${most} characters`),
    });

  return {
    timeZone: setting({
      name: 'SHOP_TIME_ZONE',
      fallback: 'UTC',
      doc: 'The IANA time zone of the shop, such as `Asia/Ho_Chi_Minh`: the days and years of invoices and credit notes, the days of reconciliations, and dates without a time in queries are those of this zone. The zone of the machine has no effect.',
      read: (text) =>
        isTimeZone(text) ? ok(text) : err('write the IANA name of a time zone such as Asia/Ho_Chi_Minh'),
    }),
    name: line('SHOP_NAME', 'Cartwright', 200, 'The name of the shop on its invoices.'),
    address: line('SHOP_ADDRESS', '', 500, 'The address of the shop on its invoices, in one line.'),
    taxId: line('SHOP_TAX_ID', '', 50, 'The tax number of the shop on its invoices.'),
  };
};
