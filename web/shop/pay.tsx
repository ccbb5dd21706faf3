import { PayApp } from './payApp.tsx';
import { startShop } from './startShop.ts';

/** Payment is a document of its own: it has a policy of its own, which a change of pages by script would not get. */
void startShop((shop) => <PayApp shop={shop} />);
