import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** Sends bytes over TLS with the PROXY protocol, as a balancer does for a client at this address of IPv6. */
export const sendAs = async (address: string, port: number, text: string): Promise<string> => {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`PROXY TCP6 ${address} ::1 1 1\r\n`);
  const secure = connectTls({ socket, rejectUnauthorized: false });
  secure.setEncoding('latin1');
  secure.write(text);
  let received = '';
  for await (const part of secure) received += part;
  return received;
};
