/** Writes a package of very many files into the folder that is named, for the test of signals. */
import { writeDir } from '../../src/package/files.ts';

const files = new Map(Array.from({ length: 200_000 }, (_, i) => [`file-${i}`, new Uint8Array(100)]));
await writeDir(process.argv[2]!, files, 0);
