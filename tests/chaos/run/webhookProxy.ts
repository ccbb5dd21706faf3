import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { Dice } from '../../processes/random.ts';

/** Takes the provider's webhooks to the doors, as the roads between the two would. */
export type Postman = {
  readonly url: string;
  /** Where to take them from now on. */
  serve(doors: readonly string[]): void;
  /** From now on each is taken to one door, once, and its answer is brought back. */
  calm(): void;
  close(): Promise<void>;
};

/**
 * While it is not calm it takes some to two doors at once, holds some back so that later ones overtake them,
 * and loses some answers, so that the provider sends again what was taken in.
 */
export const postman = async (chance: Dice): Promise<Postman> => {
  let doors: readonly string[] = [];
  let calm = false;

  const deliver = async (door: string, { body, headers }: Letter): Promise<number> => {
    try {
      const signal = AbortSignal.timeout(10_000);
      const response = await fetch(new URL('/webhooks/stripe', door), {
        method: 'POST',
        body,
        headers,
        signal,
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 502;
    }
  };
  const carry = async (letter: Letter): Promise<number> => {
    if (doors.length === 0) return 503;
    if (calm) return deliver(chance.pick(doors), letter);
    if (chance.isLikely(0.4)) await pause(chance.between(0, 1_500));
    const copies = chance.isLikely(0.2) ? 2 : 1;
    const answers = Array.from({ length: copies }, () => deliver(chance.pick(doors), letter));
    const [status = 502] = await Promise.all(answers);
    return chance.isLikely(0.1) ? 502 : status;
  };

  const server = createServer(async (request, response) => {
    const letter = await letterOf(request);
    response.statusCode = letter === null ? 400 : await carry(letter);
    response.end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the postman has no port');

  return {
    url: `http://127.0.0.1:${address.port}/`,
    serve: (known) => {
      doors = known;
    },
    calm: () => {
      calm = true;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};

type Letter = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

/** Null where the sender was killed in the middle of it. */
const letterOf = async (request: IncomingMessage): Promise<Letter | null> => {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk);
  } catch {
    return null;
  }
  const { 'content-type': type = 'application/json', 'stripe-signature': signature = '' } = request.headers;
  return {
    body: Buffer.concat(chunks).toString('utf8'),
    headers: { 'content-type': type, 'stripe-signature': String(signature) },
  };
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
