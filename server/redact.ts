/**
 * Takes e-mail addresses and secrets out of a line: a mail server or database may repeat an address in its own words, and
 * a caller may send a token where none belongs.
 */
export const redact = (line: string): string => {
  let text = line;
  if (text.includes('@') || text.includes('%40'))
    text = text.replace(urlLogin, '$1').replace(address, '<address>');
  return secretSign.test(text) ? text.replace(secret, '<secret>') : text;
};

/** The user and password of a URL. */
const urlLogin = /(\b[a-z][a-z\d+.-]*:\/\/)[^\s/@"'<>]+@/gi;

/** In a URL its sign is `%40`. No path of a module, such as `/node_modules/@scope/` or `/package@1.2.3/`. */
const address =
  /[^\s@"'<>()[\]{},;:\\/=]+(?:@|%40)(?!\d+\.\d+\.\d)(?:\[[^\]\s]+\]|[^\s@"'<>()[\]{},;:\\/]+)/gu;

const secretSign = /eyJ|(?:cwk|whsec|sk|rk|_secret)_|bearer /i;
const secret =
  /\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|\b(?:cwk|whsec)_[\w+/=-]+|\b(?:sk|rk)_(?:test|live)_\w+|\b\w+_secret_\w+|(?<=\bbearer )[^\s"]+/gi;
