import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useLocation } from '../frame/location.tsx';
import { focusHeading } from '../frame/pageFocus.ts';
import { SiteProvider, useSiteChanges } from '../frame/site.ts';
import { ToastText } from '../frame/toastText.tsx';
import { usePageEvents } from '../frame/usePageEvents.ts';
import { useReconnect } from '../frame/useReconnect.ts';
import { Button, LinkButton } from '../parts/Button.tsx';
import { LanguageContext } from '../parts/language.ts';
import { OfflineBar } from '../parts/OfflineBar.tsx';
import { StatusLine } from '../parts/StatusLine.tsx';
import { TopBar } from '../parts/TopBar.tsx';
import { formatClock } from '../shared/time.ts';
import { homePath, signInPath } from './addresses.ts';
import type { Console } from './console.ts';
import { MoneyLine } from './moneyLine.tsx';
import { AreaTabs, Rail } from './rail.tsx';
import { SessionEnd } from './sessionEnd.tsx';
import { ShortcutKeys } from './shortcutKeys.tsx';
import { shortcutsOf } from './useShortcuts.ts';

type ConsoleFrameProps = { readonly console: Console; readonly children: ComponentChildren };

/** What is around each page of the console. */
export const ConsoleFrame = ({ console, children }: ConsoleFrameProps) => {
  const { account, connection, language, live, settings } = console;
  const { url, route } = useLocation();
  useSiteChanges(console);
  usePageEvents(console);
  useReconnect(console);
  const { frame, signIn, state } = console.words.value;
  const session = account.session.value;
  const isOperator = session !== null && session !== undefined && session.permissions.length > 0;
  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);
  // Another person, or other permissions of the same one.
  const whom = isOperator ? `${session.customerId} ${session.permissions.join(' ')}` : null;
  useEffect(() => (isOperator ? live.start(session) : undefined), [live, whom]);

  const signOut = async () => {
    await console.prepareWords();
    const outcome = await console.signOut();
    if (outcome.kind !== 'ok') return console.toast.say(state.lostText);
    account.leave();
    console.toast.sayOnNextPage(signIn.signedOut);
    route(homePath);
    // Where the page stays the same, the menu that had the focus is gone all the same.
    requestAnimationFrame(focusHeading);
  };
  const isKnown = session === undefined ? account.wasKnown : session !== null;
  // Its bars are there before it is known who asks, so that the page does not move when they come.
  const hasBars = isOperator || (session === undefined && isKnown);
  const { isOffline, lastHeardMs } = connection.value;
  const asOf = lastHeardMs === null ? null : formatClock(lastHeardMs, language.value);
  return (
    <SiteProvider value={console}>
      <LanguageContext.Provider value={language.value}>
        <TopBar
          name={`${settings.shopName} · ${frame.console}`}
          home={homePath}
          links={[]}
          language={{
            next: language.value === 'vi' ? 'en' : 'vi',
            name: frame.otherLanguage,
            onChange: (next) => void console.choose(next),
          }}
          account={
            isKnown
              ? {
                  email: session?.email ?? '',
                  menu: (
                    <>
                      <LinkButton look="quiet" href="/shop">
                        {frame.toShop}
                      </LinkButton>
                      {isOperator ? (
                        <Button look="quiet" onPress={shortcutsOf(console).openHelp}>
                          {console.words.value.shortcuts.title}
                        </Button>
                      ) : null}
                      <Button look="quiet" onPress={() => void signOut()}>
                        {frame.signOut}
                      </Button>
                    </>
                  ),
                }
              : null
          }
          signIn={settings.signIn.kind === 'none' ? null : { href: signInPath(url), label: frame.signIn }}
          words={frame}
        />
        <OfflineBar text={!isOffline ? null : asOf === null ? state.offline : state.offlineAsOf(asOf)} />
        <div class="console">
          {hasBars ? <Rail /> : null}
          <div>
            {hasBars ? <MoneyLine /> : null}
            {hasBars ? <AreaTabs /> : null}
            <main id="main" tabIndex={-1}>
              {children}
            </main>
            <StatusLine isFloating>
              <ToastText />
            </StatusLine>
          </div>
        </div>
        <SessionEnd />
        {isOperator ? <ShortcutKeys /> : null}
      </LanguageContext.Provider>
    </SiteProvider>
  );
};
