/** Loaded before a process of the program, which then has a clock that is wrong by `CLOCK_OFFSET_MS`. */
const offsetMs = Number(process.env.CLOCK_OFFSET_MS);
const now = Date.now;
Date.now = () => now() + offsetMs;
