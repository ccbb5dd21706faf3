const focus = (element: HTMLElement | null, isInSight: boolean): void => {
  if (element === null) return;
  element.tabIndex = -1;
  element.focus({ preventScroll: isInSight });
};

/** The heading of the page has the focus, so that readers of the screen start there, and Tab goes on from there. */
export const focusHeading = (): void =>
  focus(document.querySelector<HTMLElement>('#main h1') ?? document.getElementById('main'), true);

/** The heading of the page's list, where the list is not all of the page. */
export const focusList = (): void => {
  const list = document.querySelector<HTMLElement>('#main [data-list]');
  if (list === null) focusHeading();
  else focus(list, false);
};
