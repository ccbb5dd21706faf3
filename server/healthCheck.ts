import process from 'node:process';

/**
 * The health check of the image: ends with 0 if the process of the same container answers. The image has no shell and
 * no curl. It asks whether the process lives, and not whether it is ready: a database that is down is not repaired by a
 * restart.
 */
const { HOST: host = '', PORT: port = '' } = process.env;
const isEveryAddress = ['', '0.0.0.0', '::'].includes(host);
const address = isEveryAddress ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;

const isAlive = async (): Promise<boolean> => {
  try {
    return (await fetch(`http://${address}:${port === '' ? '3000' : port}/health/live`)).ok;
  } catch {
    return false;
  }
};

process.exitCode = (await isAlive()) ? 0 : 1;
