import { createHash } from 'node:crypto';
import type { Contact } from '../core/order.ts';
import type { SeededRandom } from './random.ts';

export type Customer = { readonly id: string; readonly contact: Contact };

/** The same customer for the same number (0 or more) in every run. In demo mode they sign in with their address. */
export const customerAt = (number: number): Customer => {
  const [givenName, familyName, language] = nameOf(number);
  const email = `${givenName}.${familyName}.${number + 1}@example.com`;
  return { id: customerIdOf(email), contact: { email, language } };
};

/** About one customer for every 20 orders; at least 10, at most 5,000. */
export const customerCountFor = (orders: number): number =>
  Math.min(5_000, Math.max(10, Math.round(orders / 20)));

/** Picks a number below `customers`. Low numbers are more likely: some customers buy often, most buy rarely. */
export const pickCustomer = (customers: number, random: SeededRandom): number =>
  Math.floor(customers * random.unit() ** 2);

/** The customer id that demo mode derives from the address: a UUID of version 8 (RFC 9562). */
const customerIdOf = (email: string): string => {
  const hex = createHash('sha256').update(email).digest('hex');
  const version8 = `8${hex.slice(13, 16)}`;
  const variant = `8${hex.slice(17, 20)}`;
  return [hex.slice(0, 8), hex.slice(8, 12), version8, variant, hex.slice(20, 32)].join('-');
};

/** Four of five customers have a Vietnamese name. Null is an unknown language; their mails are in Vietnamese. */
const nameOf = (number: number): readonly [string, string, string | null] => {
  const fifth = Math.floor(number / 5);
  return number % 5 === 4
    ? [pick(givenNames.en, fifth), pick(familyNames.en, Math.floor(fifth / givenNames.en.length)), 'en']
    : [pick(givenNames.vi, number), pick(familyNames.vi, fifth), number % 5 === 3 ? null : 'vi'];
};

const pick = (names: readonly string[], number: number): string => names[number % names.length] ?? '';

const splitNames = (text: string): readonly string[] => text.split(' ');

const givenNames = {
  vi: splitNames(
    'an anh bao binh chau chi cuong dao diep dung duy duong giang ha hai hanh hieu hoa hoang hong hung huong huy khanh khoa kien lam lan linh loan long mai minh my nam nga ngan nghia ngoc nhan nhi nhung phat phong phuc phuong quan quang quoc quynh son tam thanh thao thu thuy tien toan trang tri trung tu tuan tung van vinh vy xuan yen',
  ),
  en: splitNames(
    'aiko amelie anna ben carlos chloe david elif emma freja hans ines ivan james kasia lucas maria mehmet nina noah oliver priya sara somchai tomasz yuki',
  ),
};

const familyNames = {
  vi: splitNames(
    'nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh mai truong lam',
  ),
  en: splitNames(
    'smith tanaka muller kowalski jensen yilmaz sharma dubois garcia rossi novak brown srisai silva',
  ),
};
