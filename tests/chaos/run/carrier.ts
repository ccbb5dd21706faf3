import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { startHttpService } from '../../services/httpService.ts';
import type { CarriedShipment } from '../snapshot.ts';

/** A carrier that the shop sends its shipments to, with faults. It answers a key that it knows as before. */
export type Carrier = {
  readonly env: Readonly<Record<string, string>>;
  /** Answers nothing until the returned function is called. Then it closes what waits. */
  hang(): () => void;
  /** By idempotency key. */
  readonly shipments: readonly CarriedShipment[];
  close(): Promise<void>;
};

export const startCarrier = async (): Promise<Carrier> => {
  const shipments = new Map<string, CarriedShipment & { readonly number: number }>();
  const waiting = new Set<ServerResponse>();
  let hangs = false;
  const service = await startHttpService((response, { headers, body }) => {
    const key = String(headers['idempotency-key']);
    const { orders }: { orders: readonly { readonly id: string }[] } = JSON.parse(body);
    const known = shipments.get(key) ?? {
      key,
      number: shipments.size + 1,
      body,
      orderIds: orders.map(({ id }) => id),
      changed: false,
    };
    // It has taken the shipment, even where its answer does not arrive.
    shipments.set(key, { ...known, changed: known.changed || known.body !== body });
    if (hangs) waiting.add(response);
    else response.writeHead(200).end(JSON.stringify({ reference: `VN-${known.number}` }));
  });
  return {
    env: {
      SHIPMENT_SERVICE_URL: service.url,
      SERVICE_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    },
    hang: () => {
      hangs = true;
      return () => {
        hangs = false;
        for (const response of waiting) response.destroy();
        waiting.clear();
      };
    },
    get shipments() {
      return [...shipments.values()];
    },
    close: service.stop,
  };
};
