import { assertNever } from '../diagnostics/assert.ts';
import type { ReleaseEvent } from '../release/apply.ts';
import { count, formatSize } from './sizes.ts';

/** What happened while releasing, as one line without a line feed. */
export function describeEvent(event: ReleaseEvent): string {
  switch (event.kind) {
    case 'created':
      return `created the draft ${event.url}`;
    case 'withdrawn':
      return `made ${event.url} a draft again, to replace its files`;
    case 'deleted':
      return `deleted ${event.name} (${{ leftover: 'a broken upload', different: 'other contents', stale: 'of an earlier run' }[event.why]})`;
    case 'uploaded':
      return `uploaded ${event.name}, ${formatSize(event.size)} (${event.done} of ${event.of})`;
    case 'retry':
      return `${event.name}: ${event.reason}; trying again in ${event.seconds.toFixed(1)} s`;
    case 'kept':
      return `kept ${count(event.names.length, 'file')} with the right digest`;
    case 'foreign':
      return `left alone what this tool did not make: ${event.names.join(', ')}`;
    case 'verified':
      return `GitHub's digests of all ${count(event.count, 'file')} are right`;
    case 'published':
      return `published ${event.url}`;
    default:
      return assertNever(event);
  }
}
