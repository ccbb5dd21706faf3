import process from 'node:process';

/**
 * A mail server that takes every mail at once and keeps none: its port is its first line on standard output, and
 * the number of mails its last, once its standard input ends. It knows PIPELINING and CHUNKING, as the
 * usual servers do, and no more than it must.
 */

let mails = 0;

type Conversation = { inData: boolean; rest: string };

/** What is answered to the lines that are there whole; several come in one piece where the client pipelines. */
const converse = (conversation: Conversation, text: string): string => {
  let answer = '';
  let rest = conversation.rest + text;
  for (;;) {
    if (conversation.inData) {
      const end = rest.startsWith('.\r\n') ? 0 : rest.indexOf('\r\n.\r\n');
      if (end < 0) break;
      rest = rest.slice(end === 0 ? 3 : end + 5);
      conversation.inData = false;
      mails++;
      answer += '250 2.0.0 taken\r\n';
      continue;
    }
    const end = rest.indexOf('\r\n');
    if (end < 0) break;
    const verb = rest.slice(0, 4).toUpperCase();
    if (verb === 'BDAT') {
      // Its length, and that it is the last piece; it is looked at again once it is there whole.
      const whole = end + 2 + Number(rest.slice(5, end).split(' ')[0]);
      if (rest.length < whole) break;
      rest = rest.slice(whole);
      mails++;
      answer += '250 2.0.0 taken\r\n';
      continue;
    }
    rest = rest.slice(end + 2);
    conversation.inData = verb === 'DATA';
    answer += replies[verb] ?? '250 2.0.0 ok\r\n';
  }
  conversation.rest = rest;
  return answer;
};

const replies: Readonly<Record<string, string>> = {
  EHLO: '250-sink\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n',
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
      const answer = converse(socket.data, chunk.toString('latin1'));
      if (answer !== '') socket.write(answer);
      if (answer.endsWith(replies.QUIT ?? '')) socket.end();
    },
  },
});

process.stdout.write(`${server.port}\n`);
process.stdin.on('end', () => {
  process.stdout.write(`${mails}\n`);
  process.exit();
});
process.stdin.resume();
