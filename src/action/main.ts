import { compileSeldom } from '../project/engine.ts';
import { main } from './entry.ts';
import { githubRunner } from './runner.ts';

compileSeldom(process.version);
process.exitCode = await main(githubRunner());
