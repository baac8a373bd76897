import { main } from './entry.ts';
import { githubRunner } from './runner.ts';

process.exitCode = await main(githubRunner());
