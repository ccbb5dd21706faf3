/**
 * The numbers of the invoices that are attached to a mail. A file that is no PDF, or whose title does not name the number
 * of its file name, is `damaged`.
 */
export const attachedInvoices = (
  attachments: readonly { readonly name: string; readonly content: Buffer | null }[],
): readonly string[] =>
  attachments.map(({ name, content }) => {
    const number = /^invoice-(\d{4}-\d{6,})\.pdf$/.exec(name)?.[1];
    if (content === null) return number ?? 'damaged';
    const isPdf = content.subarray(0, 5).toString('latin1') === '%PDF-' && content.includes('%%EOF');
    return number !== undefined && isPdf && content.includes(utf16(number)) ? number : 'damaged';
  });

/** The title of a PDF is in big-endian UTF-16 where it has letters beyond ASCII. */
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
