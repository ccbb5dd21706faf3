/** Tells an operator what happens here. A `cause` among the facts is an error, which is logged with its stack. */
export type Log = Readonly<Record<'debug' | 'info' | 'warn' | 'error', WriteLine>>;

type WriteLine = (message: string, facts?: Readonly<Record<string, unknown>>) => void;
