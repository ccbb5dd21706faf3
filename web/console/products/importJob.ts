import type { Console } from '../console.ts';
import { createImportRun, type RunState } from './importRun.ts';
import type { FileProblem, ImportField } from './importTable.ts';
import type { ImportOptions, JudgedRow, judgeRows } from './judgeRows.ts';
import { createProductApi } from './productApi.ts';
import type { ReadImport } from './readImport.ts';

/** What the page of the import shows. */
export type ImportState =
  | { readonly kind: 'empty'; readonly problem: FileProblem | null }
  | { readonly kind: 'reading' }
  | {
      readonly kind: 'preview';
      readonly file: ImportFile;
      readonly options: ImportOptions;
      readonly rows: readonly JudgedRow[];
    }
  | {
      readonly kind: 'sending';
      readonly file: ImportFile;
      readonly rows: readonly JudgedRow[];
      readonly run: RunState;
    };

type ImportFile = {
  /** Null for rows that were pasted. */
  readonly name: string | null;
  readonly headers: readonly string[];
  readonly unused: readonly string[];
  readonly fields: ReadonlySet<ImportField>;
  readonly isJson: boolean;
};

type Table = Extract<ReadImport, { kind: 'table' }>;

/** What reads a file and judges its rows. The page itself needs neither before there is a file. */
const loadReader = async () => {
  const [reader, { judgeRows: judge }] = await Promise.all([
    import('./readImport.ts'),
    import('./judgeRows.ts'),
  ]);
  return { ...reader, judge };
};
type Reader = Awaited<ReturnType<typeof loadReader>>;

/** One import. It goes on while other pages of the console are shown. */
const createImportJob = ({ call, cells }: Pick<Console, 'call' | 'cells'>) => {
  const state = cells.create<ImportState>({ kind: 'empty', problem: null });
  let table: Table | null = null;
  let judge: typeof judgeRows | null = null;
  let run: ReturnType<typeof createImportRun> | null = null;
  /** Counts the files, so that one that is read late does not replace a later one. */
  let reading = 0;

  const read = async (
    name: string | null,
    work: (reader: Reader) => Promise<ReadImport>,
    options: ImportOptions,
  ): Promise<void> => {
    const mine = ++reading;
    state.value = { kind: 'reading' };
    const reader = await loadReader().catch(() => null);
    const found = reader === null ? null : await work(reader);
    if (mine !== reading) return;
    if (reader === null || found === null) {
      state.value = { kind: 'empty', problem: { kind: 'unreadable' } };
      return;
    }
    if (found.kind === 'problem') {
      state.value = { kind: 'empty', problem: found.problem };
      return;
    }
    table = found;
    judge = reader.judge;
    const { headers, isJson } = found.table;
    const fields = new Set(Object.keys(found.columns.of) as ImportField[]);
    show({ name, headers, isJson, fields, unused: found.columns.unused }, options);
  };
  const show = (file: ImportFile, options: ImportOptions): void => {
    if (table === null || judge === null) return;
    const rows = judge(table.table, table.columns, options);
    state.value = { kind: 'preview', file, options, rows };
  };

  return {
    state,
    readFile: (file: File, options: ImportOptions) =>
      read(file.name, ({ readImportFile }) => readImportFile(file), options),
    readText: (text: string, options: ImportOptions) =>
      read(null, ({ readImportText }) => readImportText(text), options),

    /** Judges all rows again. */
    choose: (options: ImportOptions): void => {
      if (state.value.kind === 'preview') show(state.value.file, options);
    },

    /** Sends what can be sent. Only what was shown in the preview is. */
    send: (): void => {
      const { value } = state;
      if (value.kind !== 'preview') return;
      const { file, rows } = value;
      const toSend = rows.flatMap(({ number, draft }) => (draft === null ? [] : [{ number, draft }]));
      run = createImportRun(toSend, {
        send: createProductApi(call).upsert,
        show: (next) => {
          state.value = { kind: 'sending', file, rows, run: next };
        },
      });
      void run.start();
    },
    goOn: (): void => void run?.start(),
    stop: (): void => run?.stop(),

    /** Another file. What was sent stays. */
    clear: (): void => {
      reading++;
      run = null;
      table = null;
      state.value = { kind: 'empty', problem: null };
    },
  };
};

export type ImportJob = ReturnType<typeof createImportJob>;

const jobs = new WeakMap<Console, { readonly customerId: string; readonly job: ImportJob }>();

/** The import of the person who is signed in. Another one does not see it. */
export const importJobOf = (console: Console): ImportJob => {
  const customerId = console.account.session.value?.customerId ?? '';
  const known = jobs.get(console);
  if (known?.customerId === customerId) return known.job;
  known?.job.stop();
  const job = createImportJob(console);
  jobs.set(console, { customerId, job });
  return job;
};
