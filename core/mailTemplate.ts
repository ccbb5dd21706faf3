/** The body of a mail, as data. All texts are plain text in the language of the mail. */
export type MailContent = {
  /** Of the document, for screen readers. */
  readonly language: string;
  /** The headline. It is in the HTML only, since a text begins below its subject. */
  readonly title: string;
  readonly opening: string;
  readonly lines: readonly MailLine[];
  /** Emphasised, below the lines. */
  readonly total: Fact;
  readonly facts: readonly Fact[];
  /** Empty for none. */
  readonly closing: string;
};

/** What was bought. */
export type MailLine = {
  readonly name: string;
  readonly code: string;
  readonly quantity: number;
  /** Formatted; null where only the total counts. */
  readonly amount: string | null;
  /** Belongs to this line: licence keys, bookings. */
  readonly facts: readonly Fact[];
};

export type Fact = readonly [name: string, value: string];

export const renderMailBody = (content: MailContent): { readonly text: string; readonly html: string } => ({
  text: renderText(content),
  html: renderHtml(content),
});

const renderText = ({ opening, lines, total, facts, closing }: MailContent): string =>
  [
    opening,
    '',
    ...lines.flatMap(({ name, code, quantity, amount, facts: details }) => [
      `${quantity} × ${name} (${code})${amount === null ? '' : `: ${amount}`}`,
      ...details.map(([label, value]) => `    ${label}: ${value}`),
    ]),
    '',
    ...[total, ...facts].map(([label, value]) => `${label}: ${value}`),
    '',
    closing,
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');

/**
 * One column of at most 600 px. The styles of light mode stand at each element, since some mail programs drop the style
 * sheet; those of dark mode cannot stand there. Outlook on Windows knows no maximum width, so it gets a table.
 */
const renderHtml = ({ language, title, opening, lines, total, facts, closing }: MailContent): string =>
  [
    `<!doctype html><html lang="${escapeHtml(language)}"><head><meta charset="utf-8">`,
    '<meta name="viewport" content="width=device-width,initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${escapeHtml(title)}</title><style>${styleSheet}</style></head>`,
    `<body class="page" style="margin:0;padding:0;background:${light.page};-webkit-text-size-adjust:100%">`,
    '<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->',
    '<div style="max-width:600px;margin:0 auto;padding:24px 12px">',
    `<div class="card" style="padding:28px 24px;border-radius:12px;background:${light.card};color:${light.text};font:16px/1.5 ${fonts}">`,
    `<h1 style="margin:0 0 12px;font-size:22px;line-height:1.3;font-weight:600">${escapeHtml(title)}</h1>`,
    `<p style="margin:0 0 20px">${escapeHtml(opening)}</p>`,
    renderTable(lines.map(renderLine)),
    renderTable([renderTotal(total)]),
    renderTable(facts.map(renderFact)),
    closing === '' ? '' : `<p style="margin:20px 0 0">${escapeHtml(closing)}</p>`,
    '</div></div><!--[if mso]></td></tr></table><![endif]--></body></html>',
  ].join('');

const fonts = "system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif";

const light = {
  page: '#f3f4f6',
  card: '#ffffff',
  text: '#1f2933',
  muted: '#5f6b7a',
  rule: '#e3e7ec',
  link: '#0b57b7',
};
const dark = {
  page: '#14171a',
  card: '#1f2428',
  text: '#e6e9ec',
  muted: '#a3adb8',
  rule: '#3a424a',
  link: '#8ab4f8',
};

/** `!important`, since a style at an element counts more otherwise. */
const styleSheet = [
  ':root{color-scheme:light dark;supported-color-schemes:light dark}',
  '@media(prefers-color-scheme:dark){',
  `.page{background:${dark.page}!important}`,
  `.card{background:${dark.card}!important;color:${dark.text}!important}`,
  `.muted{color:${dark.muted}!important}`,
  `.link{color:${dark.link}!important}`,
  `.rule{border-color:${dark.rule}!important}}`,
].join('');

const muted = `class="muted" style="color:${light.muted};font-size:14px"`;

const renderTable = (rows: readonly string[]): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="border-collapse:collapse">${rows.join('')}</table>`;

/** A name may be in any script, so each value is isolated from the direction of the text around it. */
const renderValue = (value: string): string => `<bdi>${escapeHtml(value)}</bdi>`;

/** Two rows: the second one has the whole width for licence keys, which are long on a phone. */
const renderLine = ({ name, code, quantity, amount, facts }: MailLine): string => {
  const price = amount === null ? '' : escapeHtml(amount);
  const details = facts.map(
    ([label, value]) =>
      `<div style="padding-top:6px"><span ${muted}>${escapeHtml(label)}</span><br><code style="font:15px/1.4 ui-monospace,Menlo,Consolas,monospace">${renderValue(value)}</code></div>`,
  );
  return [
    `<tr><td style="padding:12px 16px 0 0;vertical-align:top;overflow-wrap:anywhere"><strong style="font-weight:600">${renderValue(name)}</strong>`,
    `<br><span ${muted}>${quantity} × ${renderValue(code)}</span></td>`,
    `<td align="right" style="padding:12px 0 0;vertical-align:top;white-space:nowrap">${price}</td></tr>`,
    `<tr><td colspan="2" class="rule" style="padding:0 0 12px;overflow-wrap:anywhere;border-bottom:1px solid ${light.rule}">${details.join('')}</td></tr>`,
  ].join('');
};

const renderTotal = ([label, value]: Fact): string => {
  const style = 'vertical-align:top;padding:14px 0 6px;font-size:18px;font-weight:600';
  return `<tr><td style="${style};white-space:nowrap">${escapeHtml(label)}</td><td align="right" style="${style};padding-left:16px">${renderValue(value)}</td></tr>`;
};

/** What is longer has the whole width, since two columns would be narrow on a phone. */
const shortValueMax = 24;

const renderFact = ([label, value]: Fact): string => {
  const style = 'vertical-align:top;padding:4px 0;font-size:14px';
  const name = `class="muted" style="color:${light.muted};${style}"`;
  if (/^https?:/.test(value))
    return `<tr><td colspan="2" style="${style}"><a href="${escapeHtml(value)}" class="link" style="color:${light.link}">${escapeHtml(label)}</a></td></tr>`;
  if (value.length > shortValueMax)
    return `<tr><td colspan="2" style="${style};overflow-wrap:anywhere"><span ${muted}>${escapeHtml(label)}</span><br>${renderValue(value)}</td></tr>`;
  return `<tr><td ${name}>${escapeHtml(label)}</td><td align="right" style="${style};padding-left:16px">${renderValue(value)}</td></tr>`;
};

/** Most texts have nothing to escape, and to look for it is faster than to replace. */
const escapeHtml = (text: string): string =>
  !/[&<>"']/.test(text) ? text : text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`);
