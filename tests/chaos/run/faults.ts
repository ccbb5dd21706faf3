import type { Dice } from '../../processes/random.ts';
import type { Member } from './member.ts';
import type { PostOffice } from './smtpSink.ts';

/** What befalls the processes. */
export type Dangers = {
  readonly kills: boolean;
  readonly freezes: boolean;
  /** How likely it is, each time, that the database server is hit and not one of its clients. */
  readonly crashes: number;
};

export const everyDanger: Dangers = { kills: true, freezes: true, crashes: 0.04 };

/**
 * Kills members at random, as long as they are not frozen, until the signal; or the database server, where
 * there is one to crash.
 */
export const killing = async (
  members: Members,
  crashDatabase: (() => Promise<void>) | null,
  { kills, crashes }: Dangers,
  chance: Dice,
  over: AbortSignal,
): Promise<{ readonly kills: number; readonly crashes: number }> => {
  const toll = { kills: 0, crashes: 0 };
  while (!over.aborted) {
    await pause(chance.between(100, 2_000));
    if (crashDatabase !== null && chance.isLikely(crashes)) {
      toll.crashes++;
      await crashDatabase();
    } else if (kills) {
      // Mostly once all are up again, so that there is something to break off; at times while they start.
      if (chance.isLikely(0.6)) await Promise.race([allReady(members), pause(patienceMs)]);
      toll.kills++;
      await chance.pick(members.filter((one) => !one.isFrozen())).kill();
    }
  }
  return toll;
};

/** How long the next kill waits for all to be up, on a machine that is slow. */
const patienceMs = 3_000;

const allReady = (members: Members): Promise<unknown> =>
  Promise.all(members.filter((one) => !one.isFrozen()).map((one) => one.ready().catch(() => {})));

/** Freezes members at random past their leases: they wake up in the middle of work that is no longer theirs. */
export const freezing = async (
  members: Members,
  post: PostOffice,
  leaseMs: number,
  dangers: Dangers,
  chance: Dice,
  over: AbortSignal,
): Promise<number> => {
  const workers = members.filter(({ part }) => part === 'worker');
  let freezes = 0;
  while (dangers.freezes && !over.aborted) {
    await pause(chance.between(100, 1_500));
    freezes++;
    const pastLeaseMs = leaseMs * (1 + chance.unit());
    // A worker more often: customers have nobody to talk to while a door is frozen.
    if (chance.isLikely(0.3)) {
      const thaw = chance.pick(members).freeze();
      await pause(pastLeaseMs);
      thaw();
    } else await freezeWithMails(chance.pick(workers), post, pastLeaseMs + leaseMs / 2);
  }
  return freezes;
};

/**
 * Freezes a worker that waits for what becomes of its mails, until another has its tasks and waits in turn:
 * then the first is told, under leases that it lost, and only after it the second.
 */
const freezeWithMails = async (worker: Member, post: PostOffice, ms: number): Promise<void> => {
  const answerFirst = post.hold();
  await pause(300);
  const thaw = worker.freeze();
  const answerSecond = post.hold();
  await pause(ms);
  answerFirst();
  await pause(50);
  thaw();
  await pause(500);
  answerSecond();
};

type Members = readonly Member[];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
