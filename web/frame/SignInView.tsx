import type { ComponentChildren } from 'preact';
import { Button, LinkButton } from '../parts/Button.tsx';
import { Field } from '../parts/Field.tsx';
import { Icon } from '../parts/Icon.tsx';
import { Note } from '../parts/Note.tsx';

type SignInWords = {
  readonly title: string;
  readonly email: string;
  readonly signIn: string;
};

type SignInViewProps = {
  /** Why one is here: to pay, or because the session has ended. */
  readonly reason: ComponentChildren;
  readonly way:
    | {
        readonly kind: 'demo';
        readonly email: string;
        readonly onEmail: (email: string) => void;
        readonly onSubmit: () => void;
        readonly isBusy: boolean;
        readonly hint: string;
        /** What else one chooses. */
        readonly field?: ComponentChildren;
        readonly problem: string | undefined;
      }
    | {
        readonly kind: 'provider';
        readonly href: string;
        readonly label: string;
        /** The provider's answer is being checked. */
        readonly isBusy: boolean;
      }
    /** The shop has no sign-in, and says so. */
    | { readonly kind: 'none'; readonly text: string };
  /** What went wrong on the way back from the provider. */
  readonly note: ComponentChildren;
  readonly words: SignInWords;
};

/** In demo mode an e-mail is enough. Otherwise the shop's provider knows who one is. */
export const SignInView = ({ reason, way, note, words }: SignInViewProps) => (
  <div class="page narrow">
    <section class="card sign-in">
      <Icon name="wheel" />
      <h1>{words.title}</h1>
      <p class="soft">{reason}</p>
      {note}
      {way.kind === 'none' ? (
        <Note tone="calm">{way.text}</Note>
      ) : way.kind === 'provider' ? (
        way.isBusy ? (
          <Button look="main" wide busy>
            {way.label}
          </Button>
        ) : (
          <LinkButton look="main" wide href={way.href}>
            {way.label}
          </LinkButton>
        )
      ) : (
        <form
          class="stack"
          // The page says what is wrong in its own language.
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!way.isBusy) way.onSubmit();
          }}
        >
          <Field
            label={words.email}
            name="email"
            type="email"
            autoComplete="email"
            required
            value={way.email}
            onInput={way.onEmail}
            hint={way.hint}
            problem={way.problem}
          />
          {way.field}
          <Button look="main" type="submit" wide busy={way.isBusy}>
            {words.signIn}
          </Button>
        </form>
      )}
    </section>
  </div>
);
