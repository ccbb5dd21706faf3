/**
 * SQLSTATEs after which a connection is not used again. A session keeps `default_transaction_read_only` and the standby
 * that it has found, while a new one may write (25006). A server that stops may end a session late or never (57P0x).
 */
export const endingStates = ['25006', '57P01', '57P02', '57P03', '57P04', '57P05'];
