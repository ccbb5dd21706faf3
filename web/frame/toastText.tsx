import { useSite } from './site.ts';

/** What has just happened, with a link to where it is. It goes into the page's one status line. */
export const ToastText = () => {
  const toast = useSite().toast.shown.value;
  if (toast === null) return null;
  return (
    <>
      {toast.text}
      {toast.link === null ? null : (
        <>
          {' '}
          <a href={toast.link.href}>{toast.link.label}</a>
        </>
      )}
    </>
  );
};
