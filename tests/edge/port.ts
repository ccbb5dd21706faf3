import { connect } from 'node:net';

/** Waits until a port of the loopback accepts connections. `check` may throw to end it. */
export const waitForPort = async (port: number, check: () => void): Promise<void> => {
  while (!(await acceptsConnections(port))) {
    check();
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
};

const acceptsConnections = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
