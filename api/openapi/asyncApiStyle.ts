/** The style sheet of the page of the events. */
export const asyncApiStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1.5rem 1rem; }
main { max-width: 60rem; margin: 0 auto; }
h2 { margin-top: 2.5rem; }
section { margin-top: 1.5rem; }
.scroll, pre { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #8886; }
td code, p code, p a { overflow-wrap: anywhere; }
summary { cursor: pointer; padding: 0.3rem 0; }
pre { margin: 0; padding: 0.8rem; border: 1px solid #8886; border-radius: 0.4rem; font-size: 0.85rem; }
`;
