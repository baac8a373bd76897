//! The line table: from offsets in the .wasm file to places in Mochi sources. Its format is described in
//! src/wasm/lines.ts, which writes it; here it is only read, and only after a trap.

struct Function<'a> {
    name: &'a str,
    /// Index into the table's files; `None` for a function of the run-time library, which traces leave out.
    file: Option<usize>,
    start: u64,
    /// (offset in the .wasm file, line, column), by offset.
    rows: Vec<(u64, i64, i64)>,
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
    fn zigzag(&mut self) -> Option<i64> {
        let v = self.unsigned()?;
        Some((v >> 1) as i64 ^ -((v & 1) as i64))
    }
    fn text(&mut self) -> Option<&'a str> {
        let length = usize::try_from(self.unsigned()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        std::str::from_utf8(text).ok()
    }
}

impl<'a> Table<'a> {
    /// Reads a whole table; `None` if it is not well-formed.
    pub fn decode(bytes: &'a [u8]) -> Option<Table<'a>> {
        let mut r = Reader(bytes);
        if r.unsigned()? != 1 {
            return None;
        }
        let files = (0..r.unsigned()?).map(|_| r.text()).collect::<Option<Vec<_>>>()?;
        let mut functions = Vec::new();
        let mut start = 0u64;
        for _ in 0..r.unsigned()? {
            let name = r.text()?;
            let file = usize::try_from(r.unsigned()?).ok()?.checked_sub(1);
            start = start.checked_add(r.unsigned()?)?;
            let mut row = (start, 0i64, 0i64);
            let mut rows = Vec::new();
            for _ in 0..r.unsigned()? {
                row.0 = row.0.checked_add(r.unsigned()?)?;
                row.1 = row.1.checked_add(r.zigzag()?)?;
                row.2 = row.2.checked_add(r.zigzag()?)?;
                rows.push(row);
            }
            functions.push(Function { name, file, start, rows });
        }
        Some(Table { files, functions })
    }

    /// The place of a module offset: the last function that starts at or before it, and that function's last row at or
    /// before it (else its first). `None` for hidden functions and for offsets before all functions.
    pub fn lookup(&self, offset: usize) -> Option<Place<'a>> {
        let offset = offset as u64;
        let function = self.functions[..self.functions.partition_point(|f| f.start <= offset)].last()?;
        let file = self.files.get(function.file?)?;
        let before = function.rows.partition_point(|row| row.0 <= offset);
        let &(_, line, col) = function.rows.get(before.saturating_sub(1))?;
        Some(Place { name: function.name, file, line, col })
    }
}
