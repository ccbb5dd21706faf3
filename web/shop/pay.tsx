import { PayApp } from './payApp.tsx';
import { startDocument } from './startDocument.ts';

/** Payment is a document of its own: it has a policy of its own, which a change of pages by script would not get. */
void startDocument((shop) => <PayApp shop={shop} />);
