export { localWakeup as memoryWakeup } from '../wakeup.ts';
