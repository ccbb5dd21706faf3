import type { Invoice, InvoiceLine } from '../../core/invoice.ts';

export const lineOf = (changes: Partial<InvoiceLine> = {}): InvoiceLine => ({
  orderId: '01980a4e-7c1b-7d10-8a5e-3f1c9b2d4e01',
  code: 'TEE-001',
  name: 'Áo thun nam cổ tròn',
  quantity: 2,
  unitPrice: 199_000,
  net: 398_000,
  taxRate: null,
  tax: 0,
  ...changes,
});

export const invoiceOf = (changes: Partial<Invoice> = {}): Invoice => {
  const lines = changes.lines ?? [lineOf()];
  return {
    number: '2026-000001',
    issuedAtMs: Date.UTC(2026, 2, 1, 8),
    checkoutId: '01980a4f-02aa-7e44-b1d2-6c8e0f1a2b34',
    checkoutNumber: 'CW-1024',
    shop: {
      name: 'Tiệm Cartwright',
      address: '1 Phố Huế, Hai Bà Trưng, Hà Nội',
      taxId: '0101234567',
      timeZone: 'Asia/Ho_Chi_Minh',
    },
    customer: { email: 'nguyen.thi.anh@example.com', language: null },
    lines,
    currency: 'VND',
    total: lines.reduce((sum, { net, tax }) => sum + net + tax, 0),
    ...changes,
  };
};

/** A line for each kind of font. */
export const allScripts: readonly InvoiceLine[] = [
  'Áo thun nam cổ tròn',
  '中文书籍《三体》',
  '日本の働く人',
  '한국어 교재',
  'ไทย 🎉',
  'قميص חולצה മലയാളം ഷർട്ട് हिन्दी',
].map((name) => lineOf({ name }));
