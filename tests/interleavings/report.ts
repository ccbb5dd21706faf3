import type { Work, WorkResult } from './work.ts';

const progressMs = 10_000;

export type Tally = ReturnType<typeof createTally>;

/** Prints what is broken at once, the progress each 10 s, and a summary. */
export const createTally = (
  works: readonly Work[],
  { prepared, server }: { readonly prepared: boolean; readonly server: 15 | 18 },
  version: string,
) => {
  const title = `PostgreSQL ${version}${prepared ? '' : ', without prepared statements'}`;
  const startedAt = performance.now();
  const seconds = () => Math.round((performance.now() - startedAt) / 1_000);
  const sums = { works: 0, schedules: 0, whole: 0, cuts: 0, broken: 0, brokenCuts: 0 };
  const scenarios = works.filter(({ kind }) => kind === 'scenario').length;
  const progress = () =>
    console.log(
      `${title}: ${sums.works} of ${works.length} works, ${sums.schedules} schedules, ${sums.cuts} lost connections, ` +
        `${sums.broken + sums.brokenCuts} broken, ${seconds()} s`,
    );
  const timer = setInterval(progress, progressMs);

  const print = ({ name, faults, steps, schedule }: NonNullable<WorkResult['broken']>): void => {
    console.log(`BROKEN ${name}`);
    for (const fault of faults) console.log(`  ${fault}`);
    for (const step of steps) console.log(`    ${step}`);
    const flags = `--server ${server}${prepared ? '' : ' --no-prepare'} --only ${JSON.stringify(name)}`;
    const again = schedule === null ? flags : `${flags} --schedule ${schedule.join(',')}`;
    console.log(`  again: bun run test:interleavings ${again}`);
  };

  return {
    add: (work: Work, { schedules, isWhole, cuts, broken }: WorkResult): void => {
      sums.works++;
      sums.schedules += schedules;
      sums.cuts += cuts;
      if (work.kind === 'scenario' && isWhole) sums.whole++;
      if (works.length < 20 && work.kind === 'scenario')
        console.log(`${work.name}: ${schedules}${isWhole ? '' : ' of more'}, ${seconds()} s`);
      if (broken === null) return;
      if (work.kind === 'lost') sums.brokenCuts++;
      else sums.broken++;
      print(broken);
    },
    /** Returns false if something is broken. */
    end: ({
      deadlocks,
      clientMs,
      serverMs,
    }: {
      readonly deadlocks: number;
      readonly clientMs: number;
      readonly serverMs: number | null;
    }): boolean => {
      clearInterval(timer);
      const server = serverMs === null ? '' : ` and ${Math.round(serverMs / 1_000)} s of the server`;
      console.log(
        `${title}: ${scenarios} scenarios, ${sums.whole} of them in every order, ${sums.schedules} schedules, ` +
          `${sums.broken} broken; ${works.length - scenarios} verbs, ${sums.cuts} lost connections, ` +
          `${sums.brokenCuts} broken; ${deadlocks} deadlocks; ${seconds()} s, CPU: ${Math.round(clientMs / 1_000)} s here${server}`,
      );
      return sums.broken + sums.brokenCuts === 0 && deadlocks === 0;
    },
  };
};
