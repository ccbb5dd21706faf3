import { describe, expect, test } from 'bun:test';
import { describeInvoice } from '../../core/invoiceDocument.ts';
import { invoiceOf, lineOf } from '../pdf/samples.ts';

const english = { email: 'an@example.com', language: 'en' };

/** Intl puts no-break spaces into amounts. */
const plain = (facts: readonly (readonly [string, string])[]) =>
  facts.map(([name, value]) => [name, value.replace(/\s/g, ' ')]);

describe('The document of an invoice', () => {
  test('The document is in Vietnamese for a customer whose language is not known', () => {
    const { language, title, facts, columns, totals } = describeInvoice(invoiceOf());
    expect([language, title]).toEqual(['vi', 'Hoá đơn']);
    expect(facts).toEqual([
      ['Số hoá đơn', '2026-000001'],
      ['Ngày lập', '01/03/2026'],
      ['Khách hàng', 'nguyen.thi.anh@example.com'],
      ['Mã thanh toán', 'CW-1024'],
    ]);
    expect(columns.map(({ heading }) => heading)).toEqual([
      'STT',
      'Sản phẩm',
      'Số lượng',
      'Đơn giá',
      'Thành tiền',
    ]);
    expect(plain(totals)).toEqual([['Tổng cộng', '398.000 ₫']]);
  });

  test('The document is in English for a customer who reads English', () => {
    const { language, title, facts, totals } = describeInvoice(invoiceOf({ customer: english }));
    expect([language, title]).toEqual(['en', 'Invoice']);
    expect(facts).toContainEqual(['Date', '2026-03-01']);
    expect(plain(totals)).toEqual([['Total', '₫398,000']]);
  });

  test('The date of the document is the day in the time zone that the shop had', () => {
    const issuedAtMs = Date.UTC(2026, 11, 31, 18, 30);
    const { shop } = invoiceOf();
    const dayIn = (timeZone: string) =>
      describeInvoice(invoiceOf({ issuedAtMs, shop: { ...shop, timeZone } })).facts[1]?.[1];
    expect(dayIn('Asia/Ho_Chi_Minh')).toBe('01/01/2027');
    expect(dayIn('UTC')).toBe('31/12/2026');
  });

  test('The document takes the credit notes that were issued with it from its total', () => {
    const credits = [{ number: 'CN-2026-000001', line: 1, amount: 98_000 }];
    expect(plain(describeInvoice(invoiceOf({ credits })).totals)).toEqual([
      ['Tổng cộng', '398.000 ₫'],
      ['Hoá đơn điều chỉnh giảm CN-2026-000001 (dòng 1)', '-98.000 ₫'],
      ['Còn lại', '300.000 ₫'],
    ]);
    expect(plain(describeInvoice(invoiceOf({ credits, customer: english })).totals)).toEqual([
      ['Total', '₫398,000'],
      ['Credit note CN-2026-000001 (line 1)', '-₫98,000'],
      ['Total after credit notes', '₫300,000'],
    ]);
  });

  test('The document has a column and a total for each rate once a line is taxed', () => {
    const { columns, rows, totals } = describeInvoice(
      invoiceOf({
        customer: english,
        currency: 'EUR',
        lines: [
          lineOf({ net: 1_000, taxRate: 10, tax: 100 }),
          lineOf({ net: 2_000, taxRate: 8, tax: 160 }),
          lineOf({ net: 3_000, taxRate: 8, tax: 240 }),
          lineOf({ net: 500 }),
        ],
      }),
    );
    expect(columns.map(({ name }) => name)).toContain('taxRate');
    expect(rows.map(({ cells }) => cells.taxRate)).toEqual(['10 %', '8 %', '8 %', '–']);
    expect(totals).toEqual([
      ['Total without tax', '€65.00'],
      ['Tax 8 %', '€4.00'],
      ['Tax 10 %', '€1.00'],
      ['Total', '€70.00'],
    ]);
  });

  test('The document names the id of a checkout that has no number', () => {
    const { facts } = describeInvoice(invoiceOf({ checkoutId: 'an id', checkoutNumber: null }));
    expect(facts.at(-1)).toEqual(['Mã thanh toán', 'an id']);
  });

  test('The document leaves out what the shop has not set and what is not known of the customer', () => {
    const { shop, facts } = describeInvoice(
      invoiceOf({
        shop: { name: 'Cartwright', address: '', taxId: '', timeZone: 'UTC' },
        customer: { email: '', language: null },
      }),
    );
    expect(shop.details).toEqual([]);
    expect(facts.map(([name]) => name)).toEqual(['Số hoá đơn', 'Ngày lập', 'Mã thanh toán']);
  });
});
