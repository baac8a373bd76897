/** What is used of the archiver of @actions/artifact, which comes without types. */
declare module 'archiver' {
  type Create = (format: string, options: { readonly statConcurrency?: number }) => unknown;
  const archiver: { create: Create };
  export default archiver;
}
