import { useRef, useState } from 'preact/hooks';
import type { CallFailure } from '../../frame/site.ts';
import type { Outcome } from '../../shared/outcome.ts';
import type { ConsoleWebhookWords } from '../../words/consoleEnWebhooks.ts';
import { useConsole } from '../console.ts';
import { useCommand } from '../useCommand.ts';
import { type EndpointForm, type FormProblem, isAboutUrl, readForm } from './endpointForm.ts';
import type { EndpointRequest } from './webhookApi.ts';

const none: ReadonlySet<FormProblem> = new Set();

/** The state of a form of an endpoint. What is wrong with the URL stands at its field, whoever says so. */
export const useEndpointForm = (start: EndpointForm, words: ConsoleWebhookWords) => {
  const { explain } = useConsole();
  const [form, setForm] = useState(start);
  const [problems, setProblems] = useState(none);
  const url = useRef<HTMLInputElement>(null);
  const command = useCommand();
  const refused = refusalOfUrl(command.failure);
  return {
    form,
    isBusy: command.isBusy,
    /** What did not work, and is not about the URL. */
    failure: refused === null ? command.failure : null,
    fields: {
      form,
      words,
      urlRef: url,
      urlProblem: problems.has('url')
        ? words.form.noUrl
        : refused === null
          ? undefined
          : `${explain(refused).text} (${refused.problem.detail})`,
      eventsProblem: problems.has('events') ? words.form.noEvents : undefined,
      onEdit: (changes: Partial<EndpointForm>): void => {
        setForm({ ...form, ...changes });
        setProblems(none);
        command.forget();
      },
    },
    /** Null if the form has a problem, if it was sent already, or if the server said no. */
    send: async <Value>(
      work: (request: EndpointRequest) => Promise<Outcome<Value>>,
    ): Promise<Value | null> => {
      const read = readForm(form);
      if (read.kind === 'problems') {
        setProblems(read.problems);
        if (read.problems.has('url')) url.current?.focus();
        return null;
      }
      return command.run(async () => {
        const outcome = await work(read.request);
        if (outcome.kind === 'problem' && isAboutUrl(outcome)) url.current?.focus();
        return outcome;
      });
    },
  };
};

const refusalOfUrl = (failure: CallFailure | null) =>
  failure?.kind === 'problem' && isAboutUrl(failure) ? failure : null;
