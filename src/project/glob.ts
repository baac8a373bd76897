/** Finding files by patterns: `*` and `?` within a name, `**` over folders, `{a,b}` alternatives. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, fileError } from '../toolchain/files.ts';

/** A pattern (with forward slashes) as a regular expression for whole relative paths. */
export function globToRegExp(pattern: string): RegExp {
  let out = '';
  let depth = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i]!;
    if (pattern.startsWith('**/', i) && (i === 0 || pattern[i - 1] === '/')) {
      out += '(?:[^/]+/)*';
      i += 2;
    } else if (c === '*' && pattern[i + 1] === '*') {
      out += '.*';
      i++;
    } else if (c === '*') out += '[^/]*';
    else if (c === '?') out += '[^/]';
    else if (c === '{' && pattern.indexOf('}', i) > 0) {
      out += '(?:';
      depth++;
    } else if (c === '}' && depth > 0) {
      out += ')';
      depth--;
    } else if (c === ',' && depth > 0) out += '|';
    else out += c.replace(/[\\^$.|?*+()[\]{}]/, '\\$&');
  }
  return new RegExp(`^${out}${')'.repeat(depth)}$`, 'u');
}

/**
 * The files under `root` that match one of the patterns, as sorted relative paths with forward slashes. Hidden folders
 * and node_modules are not entered, and symbolic links to folders are not followed.
 */
export async function findFiles(root: string, patterns: readonly string[]): Promise<string[]> {
  const wanted = patterns.map((pattern) => globToRegExp(pattern.replace(/^\.\//, '')));
  const found: string[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch((error) => {
      if (folder !== '' && errorCode(error) === 'EACCES') return [];
      throw fileError(error, 'read', join(root, folder));
    });
    for (const entry of entries) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules') await walk(path);
      } else if (wanted.some((pattern) => pattern.test(path))) found.push(path);
    }
  };
  await walk('');
  return found.sort();
}
