/** Adds the name of a request header that the response depends on. Other names stay: `Origin` stands there for CORS. */
export const addVary = (headers: Record<string, string | number>, name: string): void => {
  headers.vary = headers.vary === undefined ? name : `${headers.vary}, ${name}`;
};
