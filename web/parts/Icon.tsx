/** Lines of 24 × 24. They are drawn here, so that a page asks for no file of icons. */
const shapes = {
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 4.5 4.5',
  cart: 'M3 4h2.2l2.1 11h10.4L20 7.5H6M9 20h.01M17 20h.01',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.5 8.5c.8-4 4-5.5 7.5-5.5s6.7 1.5 7.5 5.5',
  plus: 'M12 5.5v13M5.5 12h13',
  minus: 'M5.5 12h13',
  close: 'm6 6 12 12M18 6 6 18',
  check: 'm5 12.5 4.5 4.5L19 7',
  trash: 'M4.5 7h15M10 7V4.5h4V7m-7.5 0 1 12.5h9l1-12.5M10.3 11v5m3.4-5v5',
  copy: 'M9 9V4.5h10.5V15H15M4.5 9H15v10.5H4.5Z',
  down: 'm7 10 5 5 5-5',
  next: 'm10 6 6 6-6 6',
  back: 'm14 6-6 6 6 6',
  download: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14',
  outside: 'M14 5h5v5m0-5-8 8M10 6H5.5v12.5H18V14',
  warn: 'M12 4 2.8 19.5h18.4ZM12 10v4.5m0 2.5v.01',
  info: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11v5m0-8v.01',
  clock: 'M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2',
  shield: 'M12 3.5 5 6v5.5c0 4.5 3 7.5 7 9 4-1.5 7-4.5 7-9V6Zm-3 8.3 2.2 2.2 3.9-4',
  card: 'M3.5 6h17v12h-17Zm0 4h17M7 14.5h3',
  wheel:
    'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-6.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM12 3v6.5m0 5V21M3 12h6.5m5 0H21M5.6 5.6l4.6 4.6m3.6 3.6 4.6 4.6m0-12.8-4.6 4.6m-3.6 3.6-4.6 4.6',
} as const;

export type IconName = keyof typeof shapes;

/** A picture beside words that say the same. A reader of the screen leaves it out. */
export const Icon = ({ name }: { readonly name: IconName }) => <LineDrawing path={shapes[name]} />;

/** An icon of lines of 24 × 24. */
export const LineDrawing = ({ path }: { readonly path: string }) => (
  <svg
    class="icon"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={path} />
  </svg>
);
