import { type ProblemGuide, problemGuides } from './problemGuides.ts';

/** Where the pages of problems are. The member `type` of each problem is the path of its page. */
const pages = '/docs/problems';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);

/** A page of the docs. It has no script, and its style sheet is one of the files of the docs. */
export const layout = (
  title: string,
  content: string,
  style = '/docs/problems.css',
): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} – Cartwright</title>
<link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="${style}">
</head>
<body>
<main>
${content}
</main>
</body>
</html>
`;

const problemPage = (code: string, { status, title, meaning, cures }: ProblemGuide): string =>
  layout(
    title,
    `<p><a href="${pages}">All problems</a> · <a href="/docs">API reference</a></p>
<h1>${escapeHtml(title)}</h1>
<p>HTTP status <strong>${status}</strong>, code <code>${code}</code></p>
<h2>What it means</h2>
<p>${escapeHtml(meaning)}</p>
<h2>What to do</h2>
<ul>
${cures.map((cure) => `<li>${escapeHtml(cure)}</li>`).join('\n')}
</ul>`,
  );

/** The page of a problem by its code. Null for a code that is unknown. */
export const problemPageOf = (code: string): string | null => {
  const guide = Object.hasOwn(problemGuides, code) ? problemGuides[code] : undefined;
  return guide === undefined ? null : problemPage(code, guide);
};

/** The page that lists all problems. */
export const problemIndexPage = (): string =>
  layout(
    'Problems',
    `<p><a href="/docs">API reference</a></p>
<h1>Problems</h1>
<p>An error of this API is a problem (RFC 9457): its member <code>code</code> is one of these words.</p>
<table>
<thead><tr><th>Status</th><th>Code</th><th>Meaning</th></tr></thead>
<tbody>
${Object.entries(problemGuides)
  .map(
    ([code, { status, title }]) =>
      `<tr><td>${status}</td><td><a href="${pages}/${code}"><code>${code.replaceAll('_', '_<wbr>')}</code></a></td><td>${escapeHtml(title)}</td></tr>`,
  )
  .join('\n')}
</tbody>
</table>`,
  );

export const problemStyle = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 1.5rem 1rem; color: light-dark(#1b1b1b, #eee); background: light-dark(#fff, #121212); }
a { color: light-dark(#0645ad, #9db8ff); }
main { max-width: 44rem; margin: 0 auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #8886; }
`;

/** The content security policy of the pages. They have no script. */
export const problemPagePolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
