/** What the action uses of @actions/core: named here, so that the bundle leaves out the rest. */
export { addPath, setOutput, setSecret, summary } from '@actions/core';
