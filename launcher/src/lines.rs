//! The line table: from offsets in the .wasm file to places in Mochi sources. Its format is described in
//! src/wasm/lines.ts, which writes it; here it is only read, and only after a trap.

struct Function<'a> {
    name: &'a str,
    /// Index into the table's files; `None` for a function of the run-time library, which traces leave out.
    file: Option<usize>,
    start: u64,
    sites: Vec<Site<'a>>,
    /// (offset in the .wasm file, position), by offset.
    rows: Vec<(u64, Position)>,
}

#[derive(Clone, Copy)]
struct Position {
    line: i64,
    col: i64,
    /// The inlined call that the code is part of: an index into the function's sites and 1, or 0 for its own code.
    site: usize,
}

/// A call that was inlined: the function that was called, the file of its code, and where the call is.
struct Site<'a> {
    name: &'a str,
    file: usize,
    call: Position,
}

pub struct Table<'a> {
    files: Vec<&'a str>,
    functions: Vec<Function<'a>>,
}

pub struct Place<'a> {
    pub name: &'a str,
    pub file: &'a str,
    pub line: i64,
    pub col: i64,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn unsigned(&mut self) -> Option<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }
    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.unsigned()?).ok()
    }
    fn zigzag(&mut self) -> Option<i64> {
        let v = self.unsigned()?;
        Some((v >> 1) as i64 ^ -((v & 1) as i64))
    }
    fn text(&mut self) -> Option<&'a str> {
        let length = self.count()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

impl<'a> Table<'a> {
    /// Reads a whole table; `None` if it is not well-formed.
    pub fn decode(bytes: &'a [u8]) -> Option<Table<'a>> {
        let mut r = Reader(bytes);
        if r.unsigned()? != 2 {
            return None;
        }
        let files = (0..r.unsigned()?).map(|_| r.text()).collect::<Option<Vec<_>>>()?;
        let mut functions = Vec::new();
        let mut start = 0u64;
        for _ in 0..r.unsigned()? {
            let name = r.text()?;
            let file = r.count()?.checked_sub(1);
            start = start.checked_add(r.unsigned()?)?;
            let mut sites = Vec::new();
            let mut rows = Vec::new();
            if file.is_some() {
                for known in 0..r.count()? {
                    let (name, file) = (r.text()?, r.count()?);
                    let (line, col) = (i64::try_from(r.unsigned()?).ok()?, i64::try_from(r.unsigned()?).ok()?);
                    let site = Some(r.count()?).filter(|&site| site <= known)?;
                    sites.push(Site { name, file, call: Position { line, col, site } });
                }
                let (mut offset, mut at) = (start, Position { line: 0, col: 0, site: 0 });
                for _ in 0..r.unsigned()? {
                    offset = offset.checked_add(r.unsigned()?)?;
                    at.line = at.line.checked_add(r.zigzag()?)?;
                    at.col = at.col.checked_add(r.zigzag()?)?;
                    if !sites.is_empty() {
                        at.site = Some(r.count()?).filter(|&site| site <= sites.len())?;
                    }
                    rows.push((offset, at));
                }
            }
            functions.push(Function { name, file, start, sites, rows });
        }
        Some(Table { files, functions })
    }

    /// The frames at a module offset, innermost first: the row is the last one at or before it (else the first) in the
    /// last function that starts at or before it; inlined calls that it is part of come before the function itself.
    /// Empty for hidden functions and for offsets before all functions.
    pub fn lookup(&self, offset: usize) -> Vec<Place<'a>> {
        self.places(offset as u64).unwrap_or_default()
    }

    fn places(&self, offset: u64) -> Option<Vec<Place<'a>>> {
        let function = self.functions[..self.functions.partition_point(|f| f.start <= offset)].last()?;
        let before = function.rows.partition_point(|row| row.0 <= offset);
        let &(_, mut at) = function.rows.get(before.saturating_sub(1))?;
        let mut places = Vec::new();
        while let Some(site) = at.site.checked_sub(1).map(|i| &function.sites[i]) {
            places.push(Place { name: site.name, file: self.files.get(site.file)?, line: at.line, col: at.col });
            at = site.call;
        }
        places.push(Place { name: function.name, file: self.files.get(function.file?)?, line: at.line, col: at.col });
        Some(places)
    }
}
