/** The same for us and for the peer. */
export const connections = 20;
export const inFlight = 100;
export const mailsPerConnection = 100;
