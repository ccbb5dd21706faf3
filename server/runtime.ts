type Versions = Readonly<Record<string, string | undefined>>;

const bunMin = '1.4.5';
const denoMin = '2.9.0';

/** Why this runtime cannot run the program, and what to do; null if it can. */
export const refuseRuntime = ({ bun, deno, node = '' }: Versions): string | null => {
  if (bun !== undefined)
    return isOlder(bun, bunMin) ? `it needs Bun ${bunMin} or newer, and this is ${bun}: bun upgrade` : null;
  if (deno !== undefined)
    return isOlder(deno, denoMin)
      ? `it needs Deno ${denoMin} or newer, and this is ${deno}: deno upgrade`
      : null;
  return `it runs on Bun or Deno, and this is Node ${node}. With Node alone: npx --yes bun@${bunMin} run start`;
};

/** Compares `1.4.5` by its numbers. A later part, as of a canary, does not count. */
const isOlder = (version: string, least: string): boolean => {
  const numbers = (text: string) => (text.match(/\d+/g) ?? []).slice(0, 3).map(Number);
  const [have, need] = [numbers(version), numbers(least)];
  const index = need.findIndex((part, at) => part !== (have[at] ?? 0));
  return index >= 0 && (have[index] ?? 0) < (need[index] ?? 0);
};
