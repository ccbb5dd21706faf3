import { connect } from 'node:net';

/** Sends bytes as they are, and resolves with all that comes back until the other side closes. */
export const sendRaw = (port: number, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.once('close', () => resolve(received));
    socket.once('error', (cause) => (received === '' ? reject(cause) : resolve(received)));
    socket.write(text, 'latin1');
  });

export const statusOf = (response: string): number => Number(/^HTTP\/1\.\d (\d{3})/.exec(response)?.[1] ?? 0);
