import type { BrowserContext, Page } from 'playwright-core';

/** What a visitor feels of a page's speed, as the browser itself counts it. Times are in ms. */
export type Figures = {
  /** Largest contentful paint: when the biggest thing in sight was there. */
  readonly lcp: number;
  /** Cumulative layout shift: how much has moved under the visitor's eyes. */
  readonly cls: number;
  /** Interaction to next paint: the slowest answer to a press or a key. 0 before the first. */
  readonly inp: number;
  readonly longestTask: number;
  /** What moved, for the message of a test. */
  readonly moved: readonly string[];
};

/** Before the first page of the context. It survives the policy, because it comes from the debugger. */
export const countFigures = (context: BrowserContext): Promise<unknown> => context.addInitScript(observe);

export const figuresOf = (page: Page): Promise<Figures> =>
  page.evaluate(async () => {
    // Entries arrive after the frame that they describe.
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return Reflect.get(globalThis, 'cwFigures');
  });

/** Runs in the browser, so it uses nothing from outside. */
const observe = (): void => {
  const figures = { lcp: 0, cls: 0, inp: 0, longestTask: 0, moved: [] as string[] };
  Reflect.set(globalThis, 'cwFigures', figures);
  const watch = (type: string, take: (entry: PerformanceEntry) => void, options = {}) =>
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) take(entry);
    }).observe({ type, buffered: true, ...options });
  const nameOf = (source: unknown): string => {
    const node: unknown = Reflect.get(source as object, 'node');
    return node instanceof Element ? `${node.tagName.toLowerCase()}.${node.className}` : '?';
  };
  watch('largest-contentful-paint', ({ startTime }) => {
    figures.lcp = startTime;
  });
  watch('layout-shift', (entry) => {
    if (Reflect.get(entry, 'hadRecentInput') === true) return;
    figures.cls += Number(Reflect.get(entry, 'value'));
    const sources: unknown = Reflect.get(entry, 'sources');
    if (Array.isArray(sources)) figures.moved.push(...sources.map(nameOf));
  });
  watch('longtask', ({ duration }) => {
    figures.longestTask = Math.max(figures.longestTask, duration);
  });
  watch(
    'event',
    (entry) => {
      if (Number(Reflect.get(entry, 'interactionId')) > 0)
        figures.inp = Math.max(figures.inp, entry.duration);
    },
    { durationThreshold: 16 },
  );
};

/** A phone of a few years ago on a slow network: a quarter of this processor, 1.6 Mbit/s, 150 ms. */
export const slowDown = async (page: Page): Promise<void> => {
  const debug = await page.context().newCDPSession(page);
  await debug.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await debug.send('Network.enable');
  await debug.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 150,
    downloadThroughput: 1_600_000 / 8,
    uploadThroughput: 750_000 / 8,
  });
};

/** From the next page on, each frame and timer is more than half a second late, as on a busy machine. */
export const delayFrames = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    const timer = globalThis.setTimeout.bind(globalThis);
    const late = (call: () => void, ms = 0) => timer(call, ms + 600);
    Reflect.set(globalThis, 'setTimeout', late);
    Reflect.set(globalThis, 'requestAnimationFrame', (call: () => void) => late(call));
  });
