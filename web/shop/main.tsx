import { render } from 'preact';

const root = document.getElementById('app');
if (root !== null) render(<h1>Cartwright</h1>, root);
