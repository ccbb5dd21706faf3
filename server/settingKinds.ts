import { err, ok, type Result } from 'neverthrow';

/** One environment variable. */
export type Setting<T> = {
  readonly name: string;
  readonly fallback: T;
  /** How the table in README writes the fallback, if not as it is. */
  readonly shownFallback?: string;
  readonly doc: string;
  /** Parses `text`. The error says what to write instead. */
  readonly read: (text: string) => Result<T, string>;
  /** Describes the wrong text for an error message, without secrets. */
  readonly show: (text: string) => string;
  /** Whether an empty text counts as unset, or is an error. */
  readonly empty: 'unset' | 'wrong';
};

/** Returns the value of a setting. */
export type ReadSetting = <T>(one: Setting<T>) => T;

export type Environment = Readonly<Record<string, string | undefined>>;

/** `errors` gets one line for an operator for each wrong setting that `read` meets. No line contains a secret. */
export const readerOf = (env: Environment): { readonly read: ReadSetting; readonly errors: string[] } => {
  const errors: string[] = [];
  const read = <T>(setting: Setting<T>): T => {
    const text = env[setting.name];
    if (text === undefined || (text === '' && setting.empty === 'unset')) return setting.fallback;
    const value = setting.read(text);
    if (value.isOk()) return value.value;
    errors.push(`${setting.name} ${setting.show(text)}: ${value.error}`);
    return setting.fallback;
  };
  return { read, errors };
};

/** Functions that declare a setting and return its value. */
export type Kinds = ReturnType<typeof createKinds>;

export const createKinds = (read: ReadSetting) => {
  const setting = <T>(one: Pick<Setting<T>, 'name' | 'fallback' | 'doc' | 'read'> & Partial<Setting<T>>): T =>
    read<T>({ show: (text) => `is ${JSON.stringify(text)}`, empty: 'unset', ...one });

  const whole = (name: string, fallback: number, least: number, most: number, doc: string): number =>
    setting({
      name,
      fallback,
      doc,
      read: (text) => {
        const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
        return value >= least && value <= most
          ? ok(value)
          : err(`write a whole number from ${least} to ${most}`);
      },
    });

  /** Like `whole`, or 0. */
  const wholeOrZero = (name: string, fallback: number, least: number, most: number, doc: string): number =>
    setting({
      name,
      fallback,
      doc,
      read: (text) => {
        const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
        return value === 0 || (value >= least && value <= most)
          ? ok(value)
          : err(`write a whole number from ${least} to ${most}, or 0`);
      },
    });

  const oneOf = <T extends string>(name: string, fallback: T, choices: readonly T[], doc: string): T =>
    setting({
      name,
      fallback,
      doc,
      read: (text) => {
        const choice = choices.find((one) => one === text);
        return choice === undefined ? err(`write ${joinChoices(choices)}`) : ok(choice);
      },
    });

  const address = (
    one: Pick<Setting<string | null>, 'name' | 'doc'> & Partial<Setting<string | null>>,
    schemes: readonly string[],
    example: string,
  ): string | null =>
    setting<string | null>({
      fallback: null,
      read: (text) =>
        schemes.some((scheme) => text.startsWith(`${scheme}://`)) && URL.parse(text)?.hostname
          ? ok(text)
          : err(`write a URL like ${example}`),
      ...one,
    });

  /** The value that a claim must have. Null for any, which is `*` where it must be written out. */
  const claimValue = (name: string, doc: string): string | null =>
    setting<string | null>({ name, fallback: null, doc, read: (text) => ok(text === '*' ? null : text) });

  /** The name of a claim. It is sent in a header where a token does not have it, so not every character is taken. */
  const claimName = (name: string, fallback: string, doc: string): string =>
    setting({
      name,
      fallback,
      doc,
      read: (text) =>
        /^[!#-[\]-~]{1,200}$/.test(text)
          ? ok(text)
          : err('write the name of a claim in printable ASCII, such as realm_access.roles'),
    });

  /** Error messages never show the text of a secret. */
  const secret = (name: string, doc: string, form: RegExp, advice: string): string | null =>
    setting<string | null>({
      name,
      fallback: null,
      doc,
      read: (text) => (form.test(text) ? ok(text) : err(advice)),
      show: () => 'has the wrong form',
    });

  return { setting, whole, wholeOrZero, oneOf, address, claimValue, claimName, secret };
};

/** Shows only the scheme: a URL may contain a password, and in an invalid URL it may be anywhere. */
export const showScheme = (text: string): string => {
  const scheme = text.slice(0, text.indexOf(':') + 1);
  return scheme === '' ? 'has no scheme' : `begins with ${JSON.stringify(scheme)}`;
};

const joinChoices = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;

/** The parts of a list with commas, each once. */
export const listOf = (text: string): string[] => [...new Set(text.split(',').map((part) => part.trim()))];
