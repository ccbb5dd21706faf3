/** Adds a request header to `Vary`. Keeps the names that are there, such as `Origin` for CORS. */
export const addVary = (headers: Record<string, string | number>, name: string): void => {
  headers.vary = headers.vary === undefined ? name : `${headers.vary}, ${name}`;
};
