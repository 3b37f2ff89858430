/**
 * An FAQ retrieval set, the public form of FAQ search: faq.jsonl with {"id","question","answer"} and queries.jsonl with {"text","relevant"},
 * where `relevant` names the ids that answer. Read for measuring; a corpus to serve is written in the forms of parse-corpus.ts.
 */
import type { Fault } from '../errors.ts';
import type { SourceFile } from './corpus.ts';
import { decodeText } from './decode-text.ts';
import { describeValue } from './describe-value.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { readJsonLines } from './read-json-lines.ts';
import { QUESTION, readText, UTTERANCE } from './read-text.ts';
import { isMapping, type Place, within } from './source-document.ts';

/** One query with the ids of the entries that answer it. */
export interface RetrievalQuery {
  readonly utterance: string;
  /** At least one. */
  readonly relevant: readonly string[];
  readonly file: string;
  readonly line: number;
}

/** What a retrieval set holds. */
export interface RetrievalSet {
  /** The entries as an FAQ file: one entry an id, which is its intent too. */
  readonly faq: SourceFile;
  /** Undefined where there is a fault. */
  readonly queries: readonly RetrievalQuery[] | undefined;
  readonly faults: readonly Fault[];
}

const QUERIES = /(?:^|\/)queries\.jsonl$/iu;

/** Whether files are a retrieval set: one of them holds queries. */
export function isRetrievalSet(files: readonly SourceFile[]): boolean {
  return files.some(({ name }) => QUERIES.test(name));
}

/** The mappings of a file's lines; lines that hold anything else are faults. */
function mappingsOf(
  file: SourceFile,
  list: FaultList,
): readonly { readonly value: Readonly<Record<string, unknown>>; readonly place: Place }[] {
  const text = decodeText(file, list);
  const document = text === undefined ? undefined : readJsonLines(file.name, text, list);
  if (document === undefined || !Array.isArray(document.value)) return [];
  return document.value.flatMap((value: unknown, index) => {
    const place: Place = { document, path: [index] };
    if (isMapping(value)) return [{ value, place }];
    list.fault('wrong_type', place, `Expected one JSON mapping a line, came ${describeValue(value)}.`);
    return [];
  });
}

function readQuery({ value, place }: ReturnType<typeof mappingsOf>[number], list: FaultList): readonly RetrievalQuery[] {
  const { relevant } = value;
  const utterance = readText(value.text, UTTERANCE, { place: within(place, 'text'), list });
  const ids = Array.isArray(relevant) ? relevant.filter((id) => typeof id === 'string' && id !== '') : [];
  if (ids.length === 0) {
    const message = `Expected the ids that answer, came ${describeValue(relevant)}; write "relevant": ["id"].`;
    list.fault('missing_field', within(place, 'relevant'), message);
  }
  const { document, path } = place;
  return utterance === undefined || ids.length === 0
    ? []
    : [{ utterance, relevant: ids, file: document.file, line: document.lineOf(path) }];
}

/** An entry in the form of FAQ files. What is no text at all is left to the parser of FAQ files, which names every fault. */
function toEntry({ value, place }: ReturnType<typeof mappingsOf>[number], list: FaultList) {
  const question = readText(value.question, QUESTION, { place: within(place, 'question'), list });
  return question === undefined ? [] : [{ id: value.id, questions: [question], answer: value.answer ?? '' }];
}

/** Reads a retrieval set. Never throws: what is wrong is told as faults. */
export function parseRetrievalSet(files: readonly SourceFile[]): RetrievalSet {
  const list = createFaultList();
  const queryFiles = files.filter(({ name }) => QUERIES.test(name));
  const queries = queryFiles.flatMap((file) => mappingsOf(file, list)).flatMap((row) => readQuery(row, list));
  const faqFiles = files.filter(({ name }) => !QUERIES.test(name));
  const entries = faqFiles.flatMap((file) => mappingsOf(file, list)).flatMap((row) => toEntry(row, list));
  const data = new TextEncoder().encode(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return { faq: { name: 'faq.jsonl', data }, queries: list.refused() ? undefined : queries, faults: list.faults() };
}
