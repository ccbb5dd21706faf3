import { useEffect, useState } from 'preact/hooks';
import { FailureNote } from '../frame/failureNote.tsx';
import { createLazyPart } from '../frame/lazyPart.tsx';
import { useLocation } from '../frame/location.tsx';
import { NotFound } from '../frame/notFound.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import { forgetReload, reloadOnce } from '../frame/reloadOnce.ts';
import { useTitle } from '../frame/useTitle.ts';
import { Button, LinkButton } from '../parts/Button.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { homePath, type Params, signInPagePath, signInPath } from './addresses.ts';
import { useConsole } from './console.ts';
import type { Page } from './page.tsx';
import { findPage } from './pages.ts';
import { areas } from './rail.tsx';
import { SkeletonLines } from './skeletonLines.tsx';

/** Drawn once it is known who asks. */
const LazySignIn = createLazyPart(
  async () => (await import('./signIn/signInPage.tsx')).SignInPage,
  () => <SkeletonLines />,
);

/** The page of a path, or what is shown in its place: sign-in, or why this account does not get it. */
export const ConsolePage = ({ path }: { readonly path: string }) => {
  const { account, can, words } = useConsole();
  const { access } = words.value;
  const { url } = useLocation();
  const session = account.session.value;
  const found = findPage(path);
  if (path === signInPagePath || session === null)
    return <LazySignIn back={path === signInPagePath ? homePath : url} />;
  if (session === undefined) return <Asking />;
  if (session.permissions.length === 0)
    return <Refused title={access.notOperator} text={access.notOperatorText(session.email)} />;
  if (found === null) return <NotFound href={homePath} label={words.value.frame.toOverview} />;
  const { needs } = found.page;
  if (needs !== null && !can(needs))
    return <Refused title={access.pageTitle} text={access.pageText(needs)} canGoOn />;
  return <LazyPage page={found.page} params={found.params} />;
};

/** It is not known yet who is signed in, or the question failed. */
const Asking = () => {
  const { account } = useConsole();
  const failure = account.failure.value;
  const retry = async () => {
    await account.load();
    focusHeading();
  };
  return failure === null ? (
    <SkeletonLines />
  ) : (
    <div class="page narrow">
      <FailureNote failure={failure} onRetry={() => void retry()} />
    </div>
  );
};

type RefusedProps = { readonly title: string; readonly text: string; readonly canGoOn?: boolean };

const Refused = ({ title, text, canGoOn = false }: RefusedProps) => {
  const { can, words } = useConsole();
  const { url } = useLocation();
  useTitle(title);
  return (
    <div class="page narrow">
      <section class="card stack">
        <h1>{title}</h1>
        <p class="soft">{text}</p>
        <LinkButton look="main" href={signInPath(url)}>
          {words.value.access.asAnother}
        </LinkButton>
      </section>
      {canGoOn ? (
        <nav class="card stack" aria-labelledby="instead">
          <h2 id="instead">{words.value.access.instead}</h2>
          <ul class="row">
            {areas
              .filter(([, , needs]) => needs === null || can(needs))
              .map(([area, href]) => (
                <li key={area}>
                  <a href={href}>{words.value.areas[area]}</a>
                </li>
              ))}
          </ul>
        </nav>
      ) : null}
    </div>
  );
};

type LazyPageProps = { readonly page: Page; readonly params: Params };

/**
 * After an update of the server an old document may ask for a script that is gone: it is then loaded anew, once. If that
 * does not help, the page says so.
 */
const LazyPage = ({ page, params }: LazyPageProps) => {
  const { language, words } = useConsole();
  const { state } = words.value;
  const [, draw] = useState(0);
  const [isLost, setLost] = useState(false);
  const drawn = page.draw(language.value, params);
  const load = async () => {
    try {
      await page.load(language.value);
      forgetReload();
      setLost(false);
      draw((times) => times + 1);
      requestAnimationFrame(focusHeading);
    } catch {
      if (!reloadOnce()) setLost(true);
    }
  };
  useEffect(() => {
    if (drawn === null) void load();
    else forgetReload();
  }, [page]);
  if (drawn !== null) return <>{drawn}</>;
  if (!isLost) return <SkeletonLines />;
  return (
    <div class="page wide">
      <EmptyState title={state.lost} action={<Button onPress={() => void load()}>{state.tryAgain}</Button>}>
        {state.lostText}
      </EmptyState>
    </div>
  );
};
