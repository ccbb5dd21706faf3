import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Note } from '../parts/Note.tsx';
import { safePath } from '../shared/signIn.ts';
import { FailureNote } from './failureNote.tsx';
import { useLocation } from './location.tsx';
import { SignInView } from './SignInView.tsx';
import { signInOf } from './signInOf.ts';
import { type CallFailure, useSite } from './site.ts';
import { useTitle } from './useTitle.ts';

/** What one hears instead of being signed in. */
type Trouble =
  | { readonly kind: 'failure'; readonly failure: CallFailure }
  | { readonly kind: 'not_secure' | 'wrong_state' | 'not_signed_in' }
  | null;

/** Good enough to catch a slip. The server has the last word. */
const looksLikeEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+$/.test(text);

type SignInPageProps = {
  /** The addresses of this document. Others load one of their own. */
  readonly scope: RegExp;
  /** The roles that sign-in asks for in demo mode, and the field that chooses them. */
  readonly roles: readonly string[];
  readonly field?: ComponentChildren;
  /** The page to come back to, where the address does not say. */
  readonly back?: string;
};

/** Signs in, and leads back to where one was. */
export const SignInPage = ({ scope, roles, field, back: backOf }: SignInPageProps) => {
  const site = useSite();
  const { account, settings, signInPage } = site;
  const signIn = useMemo(() => signInOf(site), [site]);
  const words = site.words.value.signIn;
  const { query, route } = useLocation();
  const [email, setEmail] = useState('');
  const [isWrong, setWrong] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble>(isSecureContext ? null : { kind: 'not_secure' });
  const [back, setBack] = useState(safePath(query.back ?? backOf ?? null, site.home));
  /** What the provider sent back is read first: a new link would replace the state that it is checked by. */
  const [isReturning, setReturning] = useState(true);
  useTitle(words.title);

  /** The cookie is set, if the browser keeps it: it does not without https, and says nothing. */
  const enter = async (to: string) => {
    const session = await account.load();
    const failure = account.failure.value;
    // Another document, such as that of a payment.
    if (session !== null && scope.test(to)) route(to, true);
    else if (session !== null) location.replace(to);
    else setTrouble(failure === null ? { kind: 'not_secure' } : { kind: 'failure', failure });
  };

  useEffect(() => {
    const clearAddress = () => history.replaceState(null, '', location.pathname);
    void signIn.comeBack(location.hash, clearAddress).then(async (returned) => {
      if ('back' in returned) setBack(returned.back);
      if (returned.kind === 'wrong_state' || returned.kind === 'not_signed_in')
        setTrouble({ kind: returned.kind });
      if (returned.kind === 'returned') {
        if (returned.opened.kind === 'ok') await enter(returned.back);
        else if (returned.opened.kind !== 'aborted')
          setTrouble({ kind: 'failure', failure: returned.opened });
      }
      setReturning(false);
    });
  }, []);

  const submit = async () => {
    const address = email.trim();
    setTrouble(null);
    setWrong(!looksLikeEmail(address));
    if (!looksLikeEmail(address)) return focusField();
    setBusy(true);
    const outcome = await signIn.byEmail(address, roles);
    if (outcome.kind === 'ok') await enter(back);
    else if (outcome.kind === 'problem' && outcome.problem.code === 'validation_failed') {
      setWrong(true);
      focusField();
    } else if (outcome.kind !== 'aborted') setTrouble({ kind: 'failure', failure: outcome });
    setBusy(false);
  };

  const providerUrl = settings.signIn.kind === 'provider' ? settings.signIn.url : null;
  const leaveHref = useMemo(
    () =>
      providerUrl === null || isReturning
        ? ''
        : signIn.leave({ signInUrl: providerUrl, returnTo: location.origin + signInPage, back }),
    [providerUrl, back, isReturning],
  );
  return (
    <SignInView
      reason={words.reason}
      way={
        settings.signIn.kind === 'demo'
          ? {
              kind: 'demo',
              email,
              onEmail: (typed) => {
                setEmail(typed);
                setWrong(false);
              },
              onSubmit: () => void submit(),
              isBusy,
              hint: words.demo,
              field,
              problem: isWrong ? words.problem : undefined,
            }
          : providerUrl === null
            ? { kind: 'none', text: words.none }
            : { kind: 'provider', href: leaveHref, label: words.provider, isBusy: isReturning }
      }
      note={<TroubleNote trouble={trouble} />}
      words={words}
    />
  );
};

const TroubleNote = ({ trouble }: { readonly trouble: Trouble }) => {
  const { signIn, state } = useSite().words.value;
  if (trouble === null) return null;
  if (trouble.kind === 'failure') return <FailureNote failure={trouble.failure} />;
  const texts = {
    not_secure: state.notSecure,
    wrong_state: signIn.wrongState,
    not_signed_in: signIn.notSignedIn,
  };
  return (
    <Note tone="warn" isAlert>
      {texts[trouble.kind]}
    </Note>
  );
};

const focusField = (): void => document.querySelector<HTMLElement>('#main input')?.focus();
