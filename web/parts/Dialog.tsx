import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { Button } from './Button.tsx';
import { Icon } from './Icon.tsx';

type DialogProps = {
  readonly isOpen: boolean;
  readonly title: string;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Escape, the cross, or a press beside it. Without it the dialog stays until the page closes it. */
  readonly onClose?: (() => void) | undefined;
  readonly closeLabel: string;
  /** On a phone it comes up from below, near the thumb. */
  readonly isSheet?: boolean;
};

/**
 * The browser's own dialog: it keeps the focus inside, makes the rest inert, and gives the focus back where it was.
 * Its title has the focus first, so that a press of Enter that came too late does nothing.
 */
export const Dialog = ({
  isOpen,
  title,
  children,
  actions,
  onClose,
  closeLabel,
  isSheet = false,
}: DialogProps) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();

  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null || element.open === isOpen) return;
    if (isOpen) element.showModal();
    else element.close();
  }, [isOpen]);
  // One that is taken out of the page while it is open would leave the focus nowhere.
  useLayoutEffect(() => () => dialog.current?.close(), []);

  return (
    <dialog
      class={isSheet ? 'sheet' : undefined}
      ref={dialog}
      aria-labelledby={titleId}
      onCancel={(event) => {
        // The page decides: it may have to say no, and `isOpen` has to stay true to what is seen.
        event.preventDefault();
        onClose?.();
      }}
      onKeyDown={(event) => {
        // A second Escape in a row would close the dialog without asking.
        if (event.key === 'Escape' && onClose === undefined) event.preventDefault();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget && isBeside(event, event.currentTarget)) onClose?.();
      }}
    >
      <div class="dialog-head">
        <h2 id={titleId} tabIndex={-1}>
          {title}
        </h2>
        {onClose === undefined ? null : (
          <Button look="quiet" label={closeLabel} onPress={onClose}>
            <Icon name="close" />
          </Button>
        )}
      </div>
      <div class="stack">{children}</div>
      {actions === undefined ? null : <div class="actions">{actions}</div>}
    </dialog>
  );
};

const isBeside = (
  point: { readonly clientX: number; readonly clientY: number },
  element: Element,
): boolean => {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return point.clientX < left || point.clientX > right || point.clientY < top || point.clientY > bottom;
};
