import { type ComponentChild, render } from 'preact';
import { reloadOnce } from './reloadOnce.ts';
import type { Site } from './site.ts';

type DocumentStart = {
  /** Loads the words, and what else the page needs at first. */
  readonly load: () => Promise<unknown>;
  readonly draw: () => ComponentChild;
  /** Said when nothing came. There are no words to say it with, so it is said in both languages. */
  readonly failed: string;
};

/** Starts a document. What it needs is asked for at the same time, and nothing is drawn without words. */
export const startDocument = async (
  { account }: Pick<Site, 'account'>,
  { load, draw, failed }: DocumentStart,
): Promise<void> => {
  void account.load();
  const root = document.getElementById('app');
  if (root === null) return;
  try {
    await load();
  } catch {
    if (!reloadOnce()) root.textContent = failed;
    return;
  }
  render(draw(), root);
};
