import process from 'node:process';

/**
 * A mail server that accepts every mail at once and keeps none. Its first line on standard output is its port; its
 * last, after its standard input ends, is the number of mails. It knows PIPELINING, as Postfix and Exchange do, and
 * little else.
 */

let mails = 0;

type Conversation = { inData: boolean; rest: string };

/** Replies to all complete lines. A client that pipelines sends several in one chunk. */
const respond = (conversation: Conversation, text: string): string => {
  let reply = '';
  let rest = conversation.rest + text;
  for (;;) {
    if (conversation.inData) {
      const end = rest.startsWith('.\r\n') ? 0 : rest.indexOf('\r\n.\r\n');
      if (end < 0) break;
      rest = rest.slice(end === 0 ? 3 : end + 5);
      conversation.inData = false;
      mails++;
      reply += '250 2.0.0 accepted\r\n';
      continue;
    }
    const end = rest.indexOf('\r\n');
    if (end < 0) break;
    const verb = rest.slice(0, 4).toUpperCase();
    rest = rest.slice(end + 2);
    conversation.inData = verb === 'DATA';
    reply += replies[verb] ?? '250 2.0.0 ok\r\n';
  }
  conversation.rest = rest;
  return reply;
};

const replies: Readonly<Record<string, string>> = {
  EHLO: '250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n',
  DATA: '354 go on\r\n',
  QUIT: '221 2.0.0 bye\r\n',
};

const server = Bun.listen<Conversation>({
  hostname: '127.0.0.1',
  port: 0,
  socket: {
    open: (socket) => {
      socket.data = { inData: false, rest: '' };
      socket.write('220 sink ESMTP\r\n');
    },
    data: (socket, chunk) => {
      const reply = respond(socket.data, chunk.toString('latin1'));
      if (reply !== '') socket.write(reply);
      if (reply.endsWith(replies.QUIT ?? '')) socket.end();
    },
  },
});

process.stdout.write(`${server.port}\n`);
process.stdin.on('end', () => {
  process.stdout.write(`${mails}\n`);
  process.exit();
});
process.stdin.resume();
