import { render } from 'preact';

/** Payment is a document of its own: it has a policy of its own, which a change of pages by script would not get. */
const root = document.getElementById('app');
if (root !== null) render(<h1>Cartwright</h1>, root);
