import { createHash } from 'node:crypto';
import { createInvoiceRenderer } from '../../adapters/pdf/renderer.ts';
import { yieldToSystemEventLoop } from '../../adapters/system/timer.ts';
import { allScripts, invoiceOf } from './samples.ts';

/** Prints the hash of an invoice that this process has rendered. */
const bytes = await createInvoiceRenderer(yieldToSystemEventLoop).render(invoiceOf({ lines: allScripts }));
console.log(createHash('sha256').update(bytes).digest('hex'));
