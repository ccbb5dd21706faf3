/**
 * Makes a commit the release that newer versions are tested beside, and freezes its SQL files:
 *
 *   bun tests/upgrade/cut.ts HEAD
 */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { git, hashesFile, releaseFile, sqlHashes } from './release.ts';

const [, , revision = 'HEAD'] = process.argv;
const commit = git('rev-parse', '--verify', `${revision}^{commit}`).trim();
const lines = [...sqlHashes(commit)].map(([path, hash]) => `${hash}  ${path}\n`);
writeFileSync(releaseFile, `${commit}\n`);
writeFileSync(hashesFile, lines.join(''));
console.log(`${commit}: ${lines.length} SQL files`);
