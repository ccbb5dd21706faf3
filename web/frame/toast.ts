import type { CreateCell } from '../shared/cells.ts';

type Toast = {
  readonly text: string;
  readonly link: { readonly href: string; readonly label: string } | null;
  /** It belongs to the page that one is sent to, so the change of pages does not end it. */
  readonly isForNextPage: boolean;
};

/** Long enough to read two lines and to reach the link. */
const shownForMs = 6_000;

/** The one line that says what has just happened. */
export const createToast = (cell: CreateCell) => {
  const shown = cell<Toast | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const show = (toast: Toast | null): void => {
    clearTimeout(timer);
    shown.value = toast;
    if (toast !== null) timer = setTimeout(() => show(null), shownForMs);
  };
  return {
    shown,
    say: (text: string, link: Toast['link'] = null): void => show({ text, link, isForNextPage: false }),
    sayOnNextPage: (text: string): void => show({ text, link: null, isForNextPage: true }),
    /** The page has changed. */
    leave: (): void => {
      const toast = shown.value;
      if (toast?.isForNextPage === true) show({ ...toast, isForNextPage: false });
      else show(null);
    },
  };
};
