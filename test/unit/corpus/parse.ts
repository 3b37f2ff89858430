import { type ParsedCorpus, parseCorpus } from '../../../src/corpus/parse-corpus.ts';

/** Parses texts by file name. */
export function parse(files: Readonly<Record<string, string>>): ParsedCorpus {
  return parseCorpus(Object.entries(files).map(([name, text]) => ({ name, data: new TextEncoder().encode(text) })));
}

/** Faults as `code file:line field`, short enough to compare whole lists. */
export function brief(faults: ParsedCorpus['faults']): readonly string[] {
  return faults.map((fault) => `${fault.code} ${fault.file}:${fault.line} ${fault.field}`.trimEnd());
}
