import { problemStyle } from './problemPages.ts';

/** The style sheet of the page of the events. */
export const asyncApiStyle = `${problemStyle}h2 { margin-top: 2.5rem; }
section { margin-top: 1.5rem; }
code, dd, p { overflow-wrap: anywhere; }
dt { margin-top: 0.6rem; }
dd { margin: 0 0 0 1rem; }
summary { cursor: pointer; padding: 0.3rem 0; }
pre { overflow-x: auto; margin: 0; padding: 0.8rem; border: 1px solid #8886; border-radius: 0.4rem; font-size: 0.85rem; }
@media (min-width: 45rem) {
  dl { display: grid; grid-template-columns: minmax(12rem, auto) 1fr; gap: 0.4rem 1rem; }
  dt, dd { margin: 0; }
}
`;
