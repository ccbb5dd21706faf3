import { LineDrawing } from '../parts/Icon.tsx';
import type { Area } from './page.tsx';

/** Lines of 24 × 24. */
const shapes: Readonly<Record<Area, string>> = {
  overview: 'M4 19.5h16M6 16v-4m4 4V6m4 10v-6m4 6V8',
  tasks: 'M4 6.5 5.5 8 8 5M4 12.5 5.5 14 8 11M4 18.5 5.5 20 8 17M11.5 6.5H20m-8.5 6H20m-8.5 6H20',
  orders: 'M6 3.5h12v17l-3-2-3 2-3-2-3 2ZM9 8.5h6m-6 4h6',
  money: 'M3.5 6.5h17v11h-17Zm8.5 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM6.5 12h.01m11-.01h.01',
  products: 'M4 8.5 12 5l8 3.5v7L12 19l-8-3.5Zm0 0 8 3.5 8-3.5M12 12v7',
  records: 'M12 20.5a8.5 8.5 0 1 0-8.2-6.2M12 7.5V12l3 2M3.5 19.5v-5h5',
};

/** Beside a word that says the same. */
export const AreaIcon = ({ area }: { readonly area: Area }) => <LineDrawing path={shapes[area]} />;
