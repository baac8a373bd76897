import { describe, expect, it } from 'vitest';
import { changelogSection, changelogVersions } from '../../src/release/notes.ts';

const TEXT = `# Changelog

All notable changes. See [Keep a Changelog][kac].

## [Unreleased]

- Not yet.

## [1.3.0-rc.1] - 2026-02-01

- A candidate.

## [1.2.3](https://example.com/v1.2.3) (2026-01-31)

### Added

- A thing, see [the docs].

\`\`\`md
## 1.2.2 is no heading here
[no]: link
\`\`\`

### Fixed

- Another.

## hello 1.2.2

Older.

# v1.2.1

Oldest.

[kac]: https://keepachangelog.com/en/1.1.0/
[the docs]: https://example.com/docs
`;

describe('changelogSection', () => {
  it('takes a section up to the next, with the links it uses', () => {
    expect(changelogSection(TEXT, '1.2.3', 'hello')).toBe(
      [
        '### Added',
        '',
        '- A thing, see [the docs].',
        '',
        '```md',
        '## 1.2.2 is no heading here',
        '[no]: link',
        '```',
        '',
        '### Fixed',
        '',
        '- Another.',
        '',
        '[the docs]: https://example.com/docs',
      ].join('\n'),
    );
  });

  it.each([
    ['1.3.0-rc.1', '- A candidate.'],
    ['1.2.2', 'Older.'],
    ['1.2.1', 'Oldest.'],
    ['1.2', undefined],
    ['1.3.0', undefined],
  ])('%s', (version, expected) => expect(changelogSection(TEXT, version, 'hello')).toBe(expected));

  it('takes the same from a file with CRLF', () => {
    const crlf = TEXT.replaceAll('\n', '\r\n');
    for (const version of ['1.2.3', '1.2.1']) {
      expect(changelogSection(crlf, version, 'hello')).toBe(changelogSection(TEXT, version, 'hello'));
    }
  });

  it('knows whose version it is', () => {
    expect(changelogSection('## other 1.0.0\nx\n## hello@1.0.0\ny\n', '1.0.0', 'hello')).toBe('y');
  });

  it('lists the versions', () => {
    expect(changelogVersions(TEXT, 'hello')).toEqual(['1.3.0-rc.1', '1.2.3', '1.2.2', '1.2.1']);
    expect(changelogVersions('', 'hello')).toEqual([]);
  });
});
