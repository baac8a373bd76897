/** The tables of options that several commands share; without imports, since every command line loads them. */

/** The options of `plan` and `release`, for the table of commands. */
export const RELEASE_OPTIONS = [
  ['--tag <tag>', "The release's tag (default: the one that CI runs for, else the manifest's)"],
  ['--name <title>', "The release's title (default: the package and its version)"],
  ['--draft', 'Leave the release a draft'],
  ['--prerelease <choice>', 'true, false or auto: when the version has a pre-release part (default: auto)'],
  ['--make-latest <choice>', 'true, false or auto: GitHub decides, never for a pre-release (default: auto)'],
  ['--notes <what>', 'generate, changelog, none or a Markdown file (default: generate)'],
  ['--on-existing <what>', 'When there is a release with the tag: reconcile, replace or fail (default: reconcile)'],
] as const;

export const GITHUB_OPTIONS = [
  ['--repository <name>', 'OWNER/NAME (default: GITHUB_REPOSITORY, else the one in the manifest, else git)'],
  ['--api-url <url>', "GitHub's API (default: GITHUB_API_URL, else https://api.github.com)"],
] as const;
