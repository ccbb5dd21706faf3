import { Buffer } from 'node:buffer';
import type { SendOutcome } from '../../core/eventTarget.ts';
import type { LeasedEvent } from '../../core/relay.ts';

/** Brokers refuse a batch over `message.max.bytes`, which is 1 MiB by default. */
const bytesMax = 700 * 1024;

/** Why a part was not sent. `isOfRecords`: it is only these records that the broker refuses. */
type PartFailure = { readonly error: string; readonly isOfRecords: boolean };

/**
 * Sends events in parts that brokers take, one after the other. A part that fails ends it, unless only its records were
 * refused: then the next ones are tried, without the later events of a subject that was refused.
 */
export const sendInParts = async (
  events: readonly LeasedEvent[],
  sendPart: (part: readonly LeasedEvent[]) => Promise<PartFailure | null>,
): Promise<readonly SendOutcome[]> => {
  const outcomes: SendOutcome[] = [];
  const refused = new Map<string, SendOutcome>();
  let ended: SendOutcome | null = null;
  for (const part of partsOf(events)) {
    const sendable = ended === null ? part.filter(({ subject }) => !refused.has(subject)) : [];
    const failure = sendable.length === 0 ? null : await sendPart(sendable);
    const outcome: SendOutcome = ended ?? { error: failure?.error ?? null };
    outcomes.push(...part.map(({ subject }) => refused.get(subject) ?? outcome));
    if (failure?.isOfRecords) for (const { subject } of sendable) refused.set(subject, outcome);
    else if (failure !== null) ended = outcome;
  }
  return outcomes;
};

/** Cuts a batch so that no part is larger than a broker takes. An event that is larger stands alone. */
const partsOf = (events: readonly LeasedEvent[]): readonly (readonly LeasedEvent[])[] => {
  const parts: LeasedEvent[][] = [];
  let bytes = bytesMax;
  for (const event of events) {
    const size = Buffer.byteLength(event.body) + envelopeBytes;
    if (bytes + size > bytesMax) {
      parts.push([]);
      bytes = 0;
    }
    parts.at(-1)?.push(event);
    bytes += size;
  }
  return parts;
};

/** What a message has beside the body: the key, the header and the other attributes. */
const envelopeBytes = 400;
