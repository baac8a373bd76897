/** Release notes out of a changelog. Pure. */

/** The longest notes that GitHub takes, in characters. */
export const LONGEST_NOTES = 125_000;

interface Heading {
  readonly line: number;
  readonly level: number;
  readonly text: string;
}

/**
 * The section of a Markdown changelog about `version`, without its heading, with the link definitions it uses; undefined when
 * there is none. A heading is about a version when it begins with it: `## 1.2.3`, `## [1.2.3] - 2026-01-31`, `# v1.2.3 (…)`, and
 * with the package's name before it, `## hello 1.2.3` or `## hello@1.2.3`. The section ends at the next heading that is not below it.
 */
export function changelogSection(text: string, version: string, packageName: string): string | undefined {
  const lines = text.split(/\r?\n/);
  const { headings, definitions } = scan(lines);
  const at = headings.findIndex((heading) => versionOf(heading.text, packageName) === version);
  const start = headings[at];
  if (start === undefined) return undefined;
  const end = headings.slice(at + 1).find((heading) => heading.level <= start.level)?.line ?? lines.length;
  const body = lines.filter((_, i) => i > start.line && i < end && !definitions.has(i));
  const content = body.join('\n').trim();
  const used = [...definitions.values()].filter(({ label }) => content.toLowerCase().includes(`[${label}]`));
  const links = used.map(({ line }) => line).join('\n');
  return links === '' ? content : `${content}\n\n${links}`;
}

/** The versions that a changelog has sections for, in its order. */
export function changelogVersions(text: string, packageName: string): string[] {
  const { headings } = scan(text.split(/\r?\n/));
  return headings.map(({ text }) => versionOf(text, packageName)).filter((version) => version !== undefined);
}

/** Headings (`#` to `###`) and link definitions by their line, as far as they are not inside code. */
function scan(lines: readonly string[]): {
  headings: Heading[];
  definitions: Map<number, { label: string; line: string }>;
} {
  const headings: Heading[] = [];
  const definitions = new Map<number, { label: string; line: string }>();
  let fence: string | undefined;
  for (const [i, line] of lines.entries()) {
    const [, marks] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence !== undefined) {
      if (marks?.startsWith(fence) && line.trim() === marks) fence = undefined;
      continue;
    }
    if (marks !== undefined) {
      fence = marks;
      continue;
    }
    const [, hashes, text] = /^ {0,3}(#{1,3})\s+(.*?)\s*#*\s*$/.exec(line) ?? [];
    if (hashes !== undefined && text !== undefined) headings.push({ line: i, level: hashes.length, text });
    const [, label] = /^ {0,3}\[([^\]]+)\]:\s*\S/.exec(line) ?? [];
    if (label !== undefined) definitions.set(i, { label: label.toLowerCase(), line });
  }
  return { headings, definitions };
}

/** The version that a heading begins with. */
function versionOf(heading: string, packageName: string): string | undefined {
  let rest = heading.replace(/^\[/, '');
  if (rest.startsWith(packageName)) rest = rest.slice(packageName.length).replace(/^[\s/@-]+/, '');
  return /^\[?v?(\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)(?=$|[\s\](:,])/.exec(rest)?.[1];
}
