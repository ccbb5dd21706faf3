import { Buffer } from 'node:buffer';
import PdfDocument from 'pdfkit';
import type { Invoice } from '../../core/invoice.ts';
import { describeInvoice, type InvoiceDocument, textsOf } from '../../core/invoiceDocument.ts';
import type { YieldToEventLoop } from '../../core/world.ts';
import { createDrawing } from './drawing.ts';
import { createFonts } from './fonts.ts';
import { layOut } from './layout.ts';
import { type Mark, pageSize } from './marks.ts';
import { createTypesetter } from './typesetter.ts';

const fonts = createFonts();

/** Makes the invoice as a PDF file with the parts of its fonts that it needs. */
export const render = async (
  invoice: Invoice,
  yieldToEventLoop: YieldToEventLoop,
): Promise<Uint8Array<ArrayBuffer>> => {
  const document = describeInvoice(invoice);
  const typesetter = createTypesetter(await fonts.openFor(textsOf(document)));
  return draw(document, layOut(document, typesetter), yieldToEventLoop);
};

const draw = async (
  { title, number, language, shop, issuedAtMs }: InvoiceDocument,
  pages: readonly (readonly Mark[])[],
  yieldToEventLoop: YieldToEventLoop,
): Promise<Uint8Array<ArrayBuffer>> => {
  const issuedAt = new Date(issuedAtMs);
  const pdf = new PdfDocument({
    size: [pageSize.width, pageSize.height],
    margin: 0,
    autoFirstPage: false,
    font: '',
    // What zlib makes of the same content differs from build to build: in Node it is not the same as in Bun.
    compress: false,
    pdfVersion: '1.7',
    lang: language,
    displayTitle: true,
    info: {
      Title: `${title} ${number}`,
      Author: shop.name,
      Creator: 'Cartwright',
      Producer: 'Cartwright',
      // The library makes the id of the file from these.
      CreationDate: issuedAt,
      ModDate: issuedAt,
    },
  });
  const bytes = new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
    const chunks: Buffer[] = [];
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(new Uint8Array(Buffer.concat(chunks))));
    pdf.on('error', reject);
  });
  const drawing = createDrawing(pdf);
  for (const marks of pages) {
    // Everything else that is ready goes first.
    await yieldToEventLoop();
    drawing.addPage(marks);
  }
  drawing.end();
  pdf.end();
  return bytes;
};
