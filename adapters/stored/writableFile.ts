import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Checks that a SQLite file and its folder can be written, for the log is a file beside it. SQLite opens a file that it
 * may only read without a word, and the first order would find out.
 *
 * @throws the system's error, such as EACCES or EROFS
 */
export const checkWritable = (path: string): void => {
  accessSync(dirname(path), constants.W_OK | constants.X_OK);
  accessSync(path, constants.R_OK | constants.W_OK);
};
