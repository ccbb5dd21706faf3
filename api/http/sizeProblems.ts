/** The problems of a request that is too large or too slow. */
export const sizeProblems = {
  request_timeout: {
    status: 408,
    code: 'request_timeout',
    title: 'The body took too long',
    detail: 'The body was not complete within 30 seconds. Send the request again, over a faster connection.',
  },
  body_too_large: {
    status: 413,
    code: 'body_too_large',
    title: 'The body is too large',
    detail: 'The body is larger than 1 MiB. Send a smaller one.',
  },
  uri_too_long: {
    status: 414,
    code: 'uri_too_long',
    title: 'The URL is too long',
    detail: 'The URL is longer than 128 KiB. Send a shorter query.',
  },
  headers_too_large: {
    status: 431,
    code: 'headers_too_large',
    title: 'The headers are too large',
    detail: 'All headers together are larger than 32 KiB. Send fewer or shorter ones, such as fewer cookies.',
  },
  too_many_bodies: {
    status: 503,
    code: 'unavailable',
    title: 'Not available',
    detail:
      'Too many other bodies are being read. Send the same request again after the time in Retry-After.',
  },
  too_many_streams: {
    status: 503,
    code: 'unavailable',
    title: 'Not available',
    detail:
      'This process has as many open streams as it may. Send the same request again after the time in Retry-After, or read GET /queue.',
  },
} as const;
