// What the documentation quotes of a run, compared with the run: before each quoted block a page says which run it is of,
// `<!-- quoted from: NAME -->`. In a block a line `…` stands for any lines, and `…` in a line for any text.

/** The quoted blocks of a page, in order: the run each is of, and its lines. */
export function quotedBlocks(markdown) {
  const blocks = [];
  const pattern = /^<!-- quoted from: ([a-z-]+) -->\n\n((?: {4}.*\n|\n(?= {4}))+)/gm;
  for (const [, run, text] of markdown.matchAll(pattern)) {
    const lines = text.split('\n').map(plain);
    blocks.push({ run, lines: lines.filter((line) => line !== '' && line !== '…') });
  }
  return blocks;
}

/** A log as people see it: workflow commands as the annotations that GitHub makes of them, act's signs left out. */
export function shownLog(log) {
  return log
    .split('\n')
    .flatMap((line) => {
      const [, properties, message] = /::(?:error|warning|notice) ([^:]*)::(.*)$/.exec(line) ?? [];
      if (properties === undefined || message === undefined) return [plain(line)];
      const value = (name) => unescaped(new RegExp(`(?:^|,)${name}=([^,]*)`).exec(properties)?.[1] ?? '');
      const [first = '', ...others] = unescaped(message).split('\n');
      const place = value('file') === '' ? undefined : `${value('file')}, line ${value('line')} ${value('title')}`;
      return (place === undefined ? [`${value('title')}: ${first}`, ...others] : [place, first, ...others]).map(plain);
    })
    .filter((line) => line !== '');
}

/** The first line of a quoted block that the log does not have, after those before it; undefined when it has all. */
export function firstMissing(lines, log) {
  const shown = shownLog(log);
  let from = 0;
  for (const line of lines) {
    const words = line.split('…').map((part) => part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
    const pattern = new RegExp(`^${words.join('.*')}$`, 'u');
    const at = shown.findIndex((one, i) => i >= from && pattern.test(one));
    if (at < 0) return line;
    from = at + 1;
  }
  return undefined;
}

function plain(line) {
  return line
    .replace(/^[❗❓⚙⚠🚧📁 ]*\s*/u, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function unescaped(text) {
  return text
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');
}
