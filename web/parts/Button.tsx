import type { ComponentChildren, Ref } from 'preact';
import { useId } from 'preact/hooks';

type Look = 'main' | 'soft' | 'plain' | 'quiet' | 'danger';

type ButtonProps = {
  readonly children: ComponentChildren;
  readonly onPress?: (() => void) | undefined;
  readonly look?: Look;
  /** `submit` sends the form that the button is in. */
  readonly type?: 'button' | 'submit';
  /** Its work is under way: it takes no second press. */
  readonly busy?: boolean;
  /** Why it cannot be pressed now. The reason is shown below it. The button keeps its place in the order of focus. */
  readonly blocked?: string | undefined;
  readonly wide?: boolean;
  /** What a reader of the screen hears, for a button that shows an icon alone. */
  readonly label?: string;
  readonly buttonRef?: Ref<HTMLButtonElement>;
  readonly autoFocus?: boolean;
};

export const Button = ({
  children,
  onPress,
  look = 'plain',
  type = 'button',
  busy = false,
  blocked,
  wide = false,
  label,
  buttonRef,
  autoFocus = false,
}: ButtonProps) => {
  const reasonId = useId();
  const isOff = busy || blocked !== undefined;
  return (
    <>
      <button
        class={classOf(look, wide, label !== undefined)}
        type={type}
        ref={buttonRef ?? null}
        autofocus={autoFocus}
        aria-label={label}
        aria-busy={busy ? 'true' : undefined}
        aria-disabled={isOff ? 'true' : undefined}
        aria-describedby={blocked === undefined ? undefined : reasonId}
        onClick={(event) => {
          // A disabled button would lose its focus and its reason, so it stays and does nothing.
          if (isOff) event.preventDefault();
          else onPress?.();
        }}
      >
        {busy ? <span class="spinner" aria-hidden="true" /> : null}
        {children}
      </button>
      {blocked === undefined ? null : (
        <span class="small soft" id={reasonId}>
          {blocked}
        </span>
      )}
    </>
  );
};

type LinkButtonProps = {
  readonly children: ComponentChildren;
  readonly href: string;
  readonly look?: Look;
  readonly wide?: boolean;
  readonly download?: boolean;
};

/** A link that looks like a button: it goes somewhere and changes nothing. */
export const LinkButton = ({
  children,
  href,
  look = 'plain',
  wide = false,
  download = false,
}: LinkButtonProps) => (
  <a class={classOf(look, wide, false)} href={href} download={download ? '' : undefined}>
    {children}
  </a>
);

const classOf = (look: Look, isWide: boolean, isIcon: boolean): string =>
  `button ${look}${isWide ? ' wide' : ''}${isIcon ? ' only-icon' : ''}`;
