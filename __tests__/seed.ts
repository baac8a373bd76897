/**
 * Property tests try the same values every time, so that a change is judged by what it changes; those of the night
 * (.github/workflows/fuzz.yml) try others and more. MOCHI_TEST_SEED is the seed, which a failure prints.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.MOCHI_TEST_SEED ?? 1) });
