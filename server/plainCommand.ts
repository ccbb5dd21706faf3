import process from 'node:process';

/** A command without options. Who asks for its help, or mistypes, must not start it. */
export type PlainCommand = {
  /** As in `bun run partition`. */
  readonly name: string;
  /** What it does, for `--help`. */
  readonly usage: string;
};

type Answer = { readonly text: string; readonly exitCode: number };

/** What is answered in place of a run. Null if the command is to run. */
export const answerInsteadOf = ({ name, usage }: PlainCommand, argv: readonly string[]): Answer | null => {
  const unknown = argv.find((argument) => argument !== '--help' && argument !== '-h');
  if (unknown !== undefined)
    return { text: `${name} has no argument ${unknown}\nSee: bun run ${name} --help`, exitCode: 2 };
  return argv.length === 0 ? null : { text: usage, exitCode: 0 };
};

/** True if the command is to run. Else it has been answered. */
export const isToRun = (command: PlainCommand): boolean => {
  const answer = answerInsteadOf(command, process.argv.slice(2));
  if (answer === null) return true;
  (answer.exitCode === 0 ? process.stdout : process.stderr).write(`${answer.text}\n`);
  process.exitCode = answer.exitCode;
  return false;
};
