/** Writes log lines for operators. If the fields contain a `cause`, it is an error and is logged with its stack. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', WriteLine>>;

type WriteLine = (message: string, fields?: Readonly<Record<string, unknown>>) => void;

/** The message of the line that each request has. */
export const requestLine = 'request';
