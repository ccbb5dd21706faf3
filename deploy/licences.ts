import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listShippedPackages } from './shippedPackages.ts';

/** `bun run licences`: writes THIRD_PARTY.md, the packages that are shipped and their licences. */

export const renderLicences = (): string => {
  const rows = listShippedPackages().map(({ name, version, licence, source }) => {
    const shown = source === null ? name : `[${name}](${source})`;
    return `| ${shown} | ${version} | ${licence} |`;
  });
  return [
    '# What is shipped with Cartwright',
    '',
    'The packages in the image, which `bun run start` installs too. Their licences are in their folders there. Written by',
    '`bun run licences`; a test compares it with the lock file. The image also has [Bun](https://github.com/oven-sh/bun) (MIT, and',
    'the licences of what is linked into it) and of Debian the GNU C library (LGPL-2.1-or-later) and the libraries of GCC',
    '(GPL-3.0-or-later with the GCC runtime library exception).',
    '',
    '| package | version | licence |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
};

export const licencesFile = fileURLToPath(new URL('../THIRD_PARTY.md', import.meta.url));

if (import.meta.main) writeFileSync(licencesFile, renderLicences());
