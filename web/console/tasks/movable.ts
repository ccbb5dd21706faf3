import type { Task } from './tasksApi.ts';

export const canRetry = ({ state }: Task): boolean => state === 'failed' || state === 'waiting';
export const canSkip = ({ state }: Task): boolean => state !== 'paused';
