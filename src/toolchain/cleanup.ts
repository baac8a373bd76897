/** Temporary files and folders that must not outlive this process, however it ends: a signal skips every `finally`. */
import { rmSync } from 'node:fs';

const paths = new Set<string>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Has a path removed when a signal ends this process, until what is returned is called. */
export function removeOnSignal(path: string): () => void {
  if (paths.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  paths.add(path);
  return () => {
    if (paths.delete(path) && paths.size === 0) for (const signal of SIGNALS) process.off(signal, end);
  };
}

/** Removes what is left, and ends as the signal would have ended the process without this. */
function end(signal: NodeJS.Signals): void {
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Something else holds it; the system's own cleaning of its temporary folder has to do.
    }
  }
  paths.clear();
  for (const one of SIGNALS) process.off(one, end);
  process.kill(process.pid, signal);
}
