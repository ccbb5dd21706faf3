import { plugin } from 'bun';

/**
 * Loaded before the program with `bun --preload`: loads the module that HELD_MODULE ends the path of only when the process
 * has got SIGTERM and has had HELD_TURNS turns of its event loop since.
 */
const { HELD_MODULE = '', HELD_TURNS = '0' } = process.env;

plugin({
  name: 'held module',
  setup: (build) => {
    build.onLoad({ filter: new RegExp(`/${HELD_MODULE}$`) }, async ({ path }) => {
      const stopped = new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
      process.stdout.write(`holding ${HELD_MODULE}\n`);
      await stopped;
      for (let turns = 0; turns < Number(HELD_TURNS); turns++)
        await new Promise((resolve) => setTimeout(resolve, 1));
      return { contents: await Bun.file(path).text(), loader: 'ts' };
    });
  },
});
