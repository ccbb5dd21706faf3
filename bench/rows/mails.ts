import { connections, inFlight, mailsPerConnection } from '../mails/limits.ts';
import { startSink } from '../pipelines/startSink.ts';
import type { Contender, Row } from '../row.ts';
import { runScript } from '../scripts.ts';

export const mails: Row = {
  name: 'mails',
  about: 'receipts over SMTP, composed and sent, against nodemailer’s own pooled transport',
  run: async (bench) => {
    const count = bench.scaleCount(10_000);
    const match = await bench.runMatch({
      name: 'receipts',
      title: 'Receipts to a mail server on this machine',
      figure: 'perSecond',
      unit: 'mails/s',
      better: 'more',
      goal: 1,
      ours: createSender('Cartwright', 'ours', count),
      peers: [createSender('nodemailer, pooled', 'nodemailer', count)],
    });
    return { matches: [match] };
  },
};

const createSender = (name: string, who: string, count: number): Contender => ({
  name,
  configuration: { runtime: `Bun ${Bun.version}`, count, connections, inFlight, mailsPerConnection },
  round: async () => {
    const sink = await startSink();
    const { sent, ...figures } = await runScript('mails/send.ts', [who, sink.port, count]);
    const accepted = await sink.stop();
    if (accepted !== sent) throw new Error(`${accepted} of ${sent} mails arrived`);
    return figures;
  },
});
