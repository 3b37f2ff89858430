/** YAML to a document with lines. One YAML 1.2 document; duplicate keys, own tags and alias bombs are faults. */
import type { Document, LineCounter as Lines, Node, Pair, YAMLMap } from 'yaml';
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import { quoted } from './describe-value.ts';
import type { FaultList } from './fault-list.ts';
import { formatPath, type Path, type SourceDocument, wholeFile } from './source-document.ts';

/** References that one anchor may have, those inside it multiplied in: many entries may share a block, and a bomb stays small. */
const MAX_ALIASES = 10_000;

function lineAt(lines: Lines, node: unknown): number {
  const start = isNode(node) ? node.range?.[0] : undefined;
  return start === undefined ? 0 : lines.linePos(start).line;
}

function pairOf(node: Node, key: string): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

/** The node that each alias stands for. The parser's own lookup walks the whole document for every alias. */
type Targets = ReadonlyMap<Node, Node>;

interface Parsed {
  readonly document: Document;
  readonly lines: Lines;
  readonly targets: Targets;
}

/** Walks down as far as the path goes. A mapping's child has its key's line, since the value may begin below it. */
function lineOf({ document, lines, targets }: Parsed, path: Path): number {
  let node: unknown = document.contents;
  let line = lineAt(lines, node);
  for (const step of path) {
    const target = isAlias(node) ? targets.get(node) : node;
    if (!isNode(target)) return line;
    const pair = typeof step === 'string' ? pairOf(target, step) : undefined;
    const item = typeof step === 'number' && isSeq(target) ? target.items[step] : undefined;
    const own = lineAt(lines, pair === undefined ? item : pair.key);
    if (own === 0) return line;
    line = own;
    node = pair === undefined ? item : pair.value;
  }
  return line;
}

type Report = (code: 'syntax_error' | 'duplicate_key', node: Node, message: string) => void;

/** Own check, since the parser's compares every key of a mapping with every other. */
function reportDuplicateKeys(map: YAMLMap, report: Report): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) report('duplicate_key', key, `Expected each key once, came ${quoted(name)} a second time; remove or rename one.`);
    seen.add(name);
  }
}

/** One sweep in the order of the text: keys that come twice, and what each alias stands for. */
function sweep(document: Document, report: Report): Targets {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, {
    Node(_, node) {
      if (isMap(node)) reportDuplicateKeys(node, report);
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return;
      }
      const target = anchors.get(node.source);
      if (target === undefined)
        report('syntax_error', node, `Expected an anchor &${node.source} above, came none; define it or mend its name.`);
      else targets.set(node, target);
    },
  });
  return targets;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:$/u, '');
}

const TAB_INDENT = /^ *\t/u;

/** The problem that comes first in the text: later ones are mostly its consequences. The parser names what a tab brings about, not the tab. */
function firstProblem(
  { errors, warnings }: Document,
  lines: Lines,
  text: string,
): { readonly line: number; readonly problem: string } | undefined {
  const [first] = [...errors, ...warnings].toSorted((a, b) => a.pos[0] - b.pos[0]);
  if (first === undefined) return undefined;
  const { line } = lines.linePos(first.pos[0]);
  for (const near of [line, line + 1]) {
    const start = lines.lineStarts[near - 1];
    if (start !== undefined && TAB_INDENT.test(text.slice(start)))
      return { line: near, problem: 'a tab at the beginning of a line, where YAML takes spaces alone' };
  }
  return { line, problem: firstLine(first.message) };
}

/** Compares a YAML text with the grammar; undefined after reporting what does not fit. */
export function readYaml(file: string, text: string, list: FaultList): SourceDocument | undefined {
  const syntax = (line: number, message: string): void => {
    list.fault(
      'syntax_error',
      wholeFile(file, line),
      `Expected well-formed YAML, came: ${message}. Mend this line or the one above it; the rest of the file was not read.`,
    );
  };
  const lines = new LineCounter();
  try {
    const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, stringKeys: true, logLevel: 'error' } as const;
    const document: Document = parseDocument(text, options);
    const first = firstProblem(document, lines, text);
    if (first !== undefined) {
      syntax(first.line, first.problem);
      return undefined;
    }
    let sound = true;
    const targets = sweep(document, (code, node, message) => {
      sound = false;
      list.fault(code, wholeFile(file, lineAt(lines, node)), message);
    });
    const value: unknown = sound ? document.toJS({ maxAliasCount: MAX_ALIASES }) : undefined;
    return sound ? { file, value, lineOf: (path) => lineOf({ document, lines, targets }, path), fieldOf: formatPath } : undefined;
  } catch (error) {
    // The parser recurses, and refuses alias bombs, by throwing.
    syntax(0, error instanceof RangeError ? 'nesting too deep to follow' : firstLine(String(error)));
    return undefined;
  }
}
