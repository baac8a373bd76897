/** A place in a source file: offsets are UTF-16 indexes into the text of file number `file`. */
export interface Span {
  readonly file: number;
  readonly start: number;
  readonly end: number;
}

export type Severity = 'error' | 'warning';

/** A labelled span; the first label of a diagnostic is the primary one. */
export interface Label {
  readonly span: Span;
  readonly text?: string;
}

/** One message about a program. `code` is a documented code such as P010 or T008. */
export interface Diagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly title: string;
  readonly labels: readonly Label[];
  readonly hint?: string;
}

/** A source file as the compiler sees it: a display path and its text (one leading BOM already dropped). */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}
