import { useState } from 'preact/hooks';
import { Button } from '../parts/Button.tsx';
import { Dialog } from '../parts/Dialog.tsx';
import { Field } from '../parts/Field.tsx';
import { Note } from '../parts/Note.tsx';
import { signInOf } from './signInOf.ts';
import { useSite } from './site.ts';

export type SessionDialogProps = {
  readonly isOpen: boolean;
  readonly texts: { readonly title: string; readonly text: string };
  readonly onSignedIn: () => void;
  /** Without it the dialog stays until somebody has signed in. */
  readonly onClose?: () => void;
};

/**
 * Over the page whose session has ended. The page below stays as it is, so nothing of it is lost. Where a provider signs
 * people in, its page comes back to this address.
 */
export const SessionDialog = ({
  isOpen,
  texts: { title, text },
  onSignedIn,
  onClose,
}: SessionDialogProps) => {
  const site = useSite();
  const { account, explain, roles, settings, signInPage, words } = site;
  const { frame, signIn: texts, state } = words.value;
  const [typed, setTyped] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | undefined>(undefined);
  const [trouble, setTrouble] = useState<string | null>(null);
  const email = typed ?? account.session.value?.email ?? '';

  const submit = async () => {
    setBusy(true);
    setProblem(undefined);
    setTrouble(null);
    const outcome = await signInOf(site).byEmail(email.trim(), roles);
    const session = outcome.kind === 'ok' ? await account.load() : null;
    setBusy(false);
    if (session !== null) return onSignedIn();
    // The cookie is set, if the browser keeps it: it does not without https, and says nothing.
    if (outcome.kind === 'ok') setTrouble(state.notSecure);
    else if (outcome.kind === 'problem' && outcome.problem.code === 'validation_failed')
      setProblem(texts.problem);
    else if (outcome.kind !== 'aborted') setTrouble(explain(outcome).text);
  };

  const leave = (signInUrl: string) =>
    location.assign(
      signInOf(site).leave({
        signInUrl,
        returnTo: location.origin + signInPage,
        back: location.pathname + location.search,
      }),
    );

  const way = settings.signIn;
  return (
    <Dialog isOpen={isOpen} title={title} closeLabel={frame.close} onClose={onClose}>
      <p>{text}</p>
      {trouble === null ? null : (
        <Note tone="bad" isAlert>
          {trouble}
        </Note>
      )}
      {way.kind === 'demo' ? (
        <form
          class="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!isBusy) void submit();
          }}
        >
          <Field
            label={texts.email}
            name="email"
            type="email"
            autoComplete="email"
            required
            value={email}
            onInput={setTyped}
            hint={texts.demo}
            problem={problem}
          />
          <Button look="main" type="submit" wide busy={isBusy}>
            {frame.signIn}
          </Button>
        </form>
      ) : way.kind === 'provider' ? (
        <Button look="main" wide onPress={() => leave(way.url)}>
          {texts.provider}
        </Button>
      ) : (
        <Note tone="calm">{texts.none}</Note>
      )}
    </Dialog>
  );
};
