import { createHash } from 'node:crypto';
import type { Contact } from '../core/order.ts';
import type { SeededRandom } from './random.ts';

export type Customer = { readonly id: string; readonly contact: Contact };

/** The same customer for the same number (0 or more), on every run; in demo mode the address signs them in. */
export const customer = (number: number): Customer => {
  const [first, last, language] = nameOf(number);
  const email = `${first}.${last}.${number + 1}@example.com`;
  return { id: customerIdOf(email), contact: { email, language } };
};

/** One customer for each 20 orders or so; at least 10, at most 5,000. */
export const customersFor = (orders: number): number =>
  Math.min(5_000, Math.max(10, Math.round(orders / 20)));

/** Picks a number below `customers`: some come back often, most come a few times. */
export const pickCustomer = (customers: number, throws: SeededRandom): number =>
  Math.floor(customers * throws.unit() ** 2);

/** As demo mode makes it: a UUID of version 8 (RFC 9562) from the address. */
const customerIdOf = (email: string): string => {
  const hex = createHash('sha256').update(email).digest('hex');
  const [third, fourth] = [`8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [hex.slice(0, 8), hex.slice(8, 12), third, fourth, hex.slice(20, 32)].join('-');
};

/** Of five customers four have a Vietnamese name; mails are written in Vietnamese where no language is known. */
const nameOf = (number: number): readonly [string, string, string | null] => {
  const turn = Math.floor(number / 5);
  return number % 5 === 4
    ? [pick(given.en, turn), pick(family.en, Math.floor(turn / given.en.length)), 'en']
    : [pick(given.vi, number), pick(family.vi, turn), number % 5 === 3 ? null : 'vi'];
};

const pick = (names: readonly string[], number: number): string => names[number % names.length] ?? '';

const listed = (text: string): readonly string[] => text.split(' ');

const given = {
  vi: listed(
    'an anh bao binh chau chi cuong dao diep dung duy duong giang ha hai hanh hieu hoa hoang hong hung huong huy khanh khoa kien lam lan linh loan long mai minh my nam nga ngan nghia ngoc nhan nhi nhung phat phong phuc phuong quan quang quoc quynh son tam thanh thao thu thuy tien toan trang tri trung tu tuan tung van vinh vy xuan yen',
  ),
  en: listed(
    'aiko amelie anna ben carlos chloe david elif emma freja hans ines ivan james kasia lucas maria mehmet nina noah oliver priya sara somchai tomasz yuki',
  ),
};

const family = {
  vi: listed('nguyen tran le pham huynh hoang phan vu vo dang bui do ho ngo duong ly dinh mai truong lam'),
  en: listed(
    'smith tanaka muller kowalski jensen yilmaz sharma dubois garcia rossi novak brown srisai silva',
  ),
};
