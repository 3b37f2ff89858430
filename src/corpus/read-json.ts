/** JSON to a document with lines: strict JSON, no comments, no trailing commas; duplicate keys are faults. */
import jsonc, { type Node, type ParseError } from 'jsonc-parser';
import type { FaultList } from './fault-list.ts';
import { formatPath, type Path, type Place, type SourceDocument, wholeFile } from './source-document.ts';

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };

/** Line from 1 of each offset of a text. */
function lineCounter(text: string): (offset: number) => number {
  const starts: number[] = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** Offset of the node at the path, or of the last one on the way that exists. */
function offsetOf(root: Node, path: Path): number {
  let node: Node = root;
  for (const step of path) {
    const children: readonly Node[] = node.children ?? [];
    const next = typeof step === 'number' ? children[step] : children.find((child) => child.children?.[0]?.value === step)?.children?.[1];
    if (next === undefined) return node.offset;
    node = next;
  }
  return node.offset;
}

function reportDuplicateKeys(root: Node, report: (offset: number, key: string) => void): void {
  const open: Node[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const seen = new Set<string>();
    for (const child of node.children ?? []) {
      const key = child.children?.[0];
      if (node.type === 'object' && key !== undefined) {
        if (seen.has(String(key.value))) report(key.offset, String(key.value));
        seen.add(String(key.value));
      }
      if (child.children !== undefined) open.push(child);
    }
  }
}

/** Where a text of one file begins and how its faults are placed: a whole file, or one line of JSON lines. */
export interface JsonContext {
  readonly file: string;
  readonly list: FaultList;
  /** Line of the file on which the text begins, from 1. */
  readonly firstLine: number;
}

/** Lines with mistakes that are named: one mistake may bring on others, and a file that is no JSON at all has one in every line. */
const MOST_MISTAKES = 20;

/** What came, by the parser's name of the mistake. */
const PROBLEMS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word without quotes, or with others than "',
  InvalidNumberFormat: 'a number that JSON does not know',
  PropertyNameExpected: 'no key in double quotes where one must stand, which is so after a trailing comma too',
  ValueExpected: 'no value where one must stand, which is so after a trailing comma too',
  ColonExpected: 'no colon after a key',
  CommaExpected: 'no comma between two values',
  CloseBraceExpected: 'no closing }',
  CloseBracketExpected: 'no closing ]',
  EndOfFileExpected: 'more text after the end of the value',
  InvalidCommentToken: 'a comment, which JSON does not know',
  UnexpectedEndOfComment: 'a comment that never ends',
  UnexpectedEndOfString: 'a text whose closing quote is not on its line; write a line break as \\n',
  UnexpectedEndOfNumber: 'a number that breaks off',
  InvalidUnicode: 'a \\u without four hexadecimal digits',
  InvalidEscapeCharacter: 'a \\ before a character that it does not go with; write \\\\ for a backslash',
  InvalidCharacter: 'a tab or control character inside a text; write \\t for a tab',
};

/** The first mistake of each line. */
function reportMistakes(
  errors: readonly { readonly offset: number; readonly error: ParseError['error'] | undefined }[],
  placeOf: (offset: number) => Place,
  list: FaultList,
): void {
  const lines = new Set<number>();
  for (const { offset, error } of errors) {
    const place = placeOf(offset);
    const line = place.document.lineOf(place.path);
    if (lines.has(line) || lines.size >= MOST_MISTAKES) continue;
    lines.add(line);
    const problem = error === undefined ? 'nothing' : (PROBLEMS[jsonc.printParseErrorCode(error)] ?? 'a mistake');
    list.fault('syntax_error', place, `Expected well-formed JSON, came ${problem}. Mend this line or the one above it.`);
  }
}

/** The value of a JSON text and its root node; undefined after reporting what does not fit. */
export function parseJson(text: string, context: JsonContext): { readonly value: unknown; readonly root: Node } | undefined {
  const { file, list, firstLine } = context;
  const lineAt = lineCounter(text);
  const placeOf = (offset: number): Place => wholeFile(file, firstLine - 1 + lineAt(offset));
  try {
    const errors: ParseError[] = [];
    const root = jsonc.parseTree(text, errors, STRICT);
    if (root === undefined || errors.length > 0) {
      const found = errors.length > 0 ? errors : [{ offset: 0, error: undefined }];
      reportMistakes(found, placeOf, list);
      return undefined;
    }
    let sound = true;
    reportDuplicateKeys(root, (offset, key) => {
      sound = false;
      const message = `Expected each key once, came ${JSON.stringify(key)} a second time; remove or rename one.`;
      list.fault('duplicate_key', placeOf(offset), message);
    });
    return sound ? { value: JSON.parse(text), root } : undefined;
  } catch (error) {
    const problem = error instanceof RangeError ? 'nesting too deep to follow' : 'a mistake';
    list.fault('syntax_error', wholeFile(file, firstLine), `Expected well-formed JSON, came ${problem}; mend it.`);
    return undefined;
  }
}

/** Reads a JSON file; undefined after reporting what does not fit. */
export function readJson(file: string, text: string, list: FaultList): SourceDocument | undefined {
  const parsed = parseJson(text, { file, list, firstLine: 1 });
  if (parsed === undefined) return undefined;
  const lineAt = lineCounter(text);
  return { file, value: parsed.value, lineOf: (path) => lineAt(offsetOf(parsed.root, path)), fieldOf: formatPath };
}
