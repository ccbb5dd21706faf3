import type { ComponentChildren, Ref } from 'preact';
import { useId, useState } from 'preact/hooks';

type Look = 'main' | 'soft' | 'plain' | 'quiet' | 'danger';

export type ButtonProps = {
  readonly children: ComponentChildren;
  readonly onPress?: (() => void) | undefined;
  readonly look?: Look;
  /** `submit` sends the form that the button is in. */
  readonly type?: 'button' | 'submit';
  /** Its work is under way: it takes no second press. */
  readonly busy?: boolean;
  /** Why it cannot be pressed now. The reason is shown below it. The button keeps its place in the order of focus. */
  readonly blocked?: string | undefined;
  /** The reason is shown when somebody presses all the same. Readers of the screen hear it before. */
  readonly isReasonOnPress?: boolean;
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
  isReasonOnPress = false,
  wide = false,
  label,
  buttonRef,
  autoFocus = false,
}: ButtonProps) => {
  const reasonId = useId();
  const [isAsked, setAsked] = useState(false);
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
          if (!isOff) return onPress?.();
          event.preventDefault();
          setAsked(true);
        }}
      >
        {busy ? <span class="spinner" aria-hidden="true" /> : null}
        {children}
      </button>
      {blocked === undefined ? null : (
        <span class={isReasonOnPress && !isAsked ? 'sr' : 'small soft'} id={reasonId}>
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
