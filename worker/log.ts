/** What the worker tells whoever runs it. A `cause` among the facts is an error, told with its stack. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', Tell>>;

type Tell = (message: string, facts?: Readonly<Record<string, unknown>>) => void;
