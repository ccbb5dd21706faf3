import { LocationProvider, useLocation } from '../frame/location.tsx';
import { useSiteChanges } from '../frame/site.ts';
import { usePageFocus } from '../frame/usePageFocus.ts';
import { consoleScope } from './addresses.ts';
import type { Console } from './console.ts';
import { ConsoleFrame } from './consoleFrame.tsx';
import { ConsolePage } from './consolePage.tsx';

type AppProps = { readonly console: Console };

/** The console is one document. */
export const App = ({ console }: AppProps) => (
  <LocationProvider scope={consoleScope}>
    <Pages console={console} />
  </LocationProvider>
);

const Pages = ({ console }: AppProps) => {
  const { path } = useLocation();
  usePageFocus(console);
  // Else the page would be drawn anew with the first change of the address, because the key was that of nobody.
  useSiteChanges(console);
  return (
    <ConsoleFrame console={console}>
      {/* A key of its own, so that nothing of one page or person is shown at another. */}
      <ConsolePage key={`${console.account.session.value?.customerId} ${path}`} path={path} />
    </ConsoleFrame>
  );
};
