/** What a caught value says, for logs and people. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
