import { err, ok, type Result } from 'neverthrow';

/** One environment variable. */
export type Setting<T> = {
  readonly name: string;
  readonly fallback: T;
  readonly doc: string;
  /** Answers what to write instead where `text` will not do. */
  readonly read: (text: string) => Result<T, string>;
  /** What was written, as it may be shown. */
  readonly show: (text: string) => string;
  /** `wrong` where an empty text must not pass for no text. */
  readonly empty: 'unset' | 'wrong';
};

/** The value of a setting, in whatever environment it is read from. */
export type ReadSetting = <T>(one: Setting<T>) => T;

/** The kinds of settings. Each answers the value of the setting that it declares. */
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

  const oneOf = <T extends string>(name: string, fallback: T, choices: readonly T[], doc: string): T =>
    setting({
      name,
      fallback,
      doc,
      read: (text) => {
        const choice = choices.find((one) => one === text);
        return choice === undefined ? err(`write ${listed(choices)}`) : ok(choice);
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

  const plain = (name: string, doc: string): string | null =>
    setting<string | null>({ name, fallback: null, doc, read: (text) => ok(text) });

  /** Never shown, however wrong it is. */
  const secret = (name: string, doc: string, form: RegExp, advice: string): string | null =>
    setting<string | null>({
      name,
      fallback: null,
      doc,
      read: (text) => (form.test(text) ? ok(text) : err(advice)),
      show: () => 'is not of that form',
    });

  return { setting, whole, oneOf, address, plain, secret };
};

/** A URL may hold a password, and one that cannot be read may hold it anywhere. */
export const showScheme = (text: string): string => {
  const scheme = text.slice(0, text.indexOf(':') + 1);
  return scheme === '' ? 'has no scheme' : `begins with ${JSON.stringify(scheme)}`;
};

const listed = (choices: readonly string[]): string =>
  choices.length < 2 ? choices.join() : `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`;
