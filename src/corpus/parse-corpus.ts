/** FAQ files to a corpus: the one door. Pure; every file is read to its end, whatever is wrong with the others. */
import type { Fault } from '../errors.ts';
import { assemble } from './assemble.ts';
import { collectDocument } from './collect-document.ts';
import { collectLabelledDocument, collectLabelledTable } from './collect-labelled.ts';
import { collectTable } from './collect-table.ts';
import { type Collection, createCollection } from './collection.ts';
import type { Corpus, LabelledRow, SourceFile } from './corpus.ts';
import { decodeText } from './decode-text.ts';
import { createFaultList, type FaultList } from './fault-list.ts';
import { type FileRole, type Format, formatOfName, KNOWN_ENDINGS, roleOfName } from './formats.ts';
import { readJson } from './read-json.ts';
import { readJsonLines } from './read-json-lines.ts';
import { readTable } from './read-table.ts';
import { readYaml } from './read-yaml.ts';
import { wholeFile } from './source-document.ts';

/** What a set of FAQ files holds. */
export interface ParsedCorpus {
  /** Undefined where there is a fault: a file with faults is refused whole. Golden rows of a faulty golden file are left out. */
  readonly corpus: Corpus | undefined;
  /** All those of FAQ files, in order of file and line; codes are those of fault-codes.ts. */
  readonly faults: readonly Fault[];
  /** The faults of golden files among them: they fit nothing, so they stand in no corpus's way. parseGolden gives them as faults. */
  readonly warnings: readonly Fault[];
}

/** A golden row that still knows where it stood. */
export interface LocatedGoldenRow extends LabelledRow {
  readonly file: string;
  /** From 1; 0 where it is not known. */
  readonly line: number;
}

/** What a golden file holds. */
export interface ParsedGolden {
  /** Undefined where there is a fault. */
  readonly golden: readonly LocatedGoldenRow[] | undefined;
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

const READERS = { yaml: readYaml, json: readJson, jsonl: readJsonLines };

function collectText(file: string, text: string, as: { format: Format; role: FileRole; collection: Collection }): void {
  const { format, role, collection } = as;
  const { list } = collection;
  if (format === 'csv' || format === 'tsv') {
    const table = readTable(file, text, { ending: format, list });
    if (table === undefined) return;
    if (role === 'faq') collectTable(table, collection);
    else collectLabelledTable(table, collection, role);
    return;
  }
  const document = READERS[format](file, text, list);
  if (document === undefined) return;
  if (role === 'faq') collectDocument(document, collection);
  else collectLabelledDocument(document, collection, role);
}

function collectFile(file: SourceFile, role: FileRole, collection: Collection): void {
  const format = formatOfName(file.name);
  if (format === undefined) {
    const message = `Expected a file ending in one of ${KNOWN_ENDINGS}, came ${JSON.stringify(file.name)}; rename or convert it.`;
    collection.list.fault('unknown_format', wholeFile(file.name), message);
    return;
  }
  if (file.unreadable !== undefined) {
    collection.list.fault('unreadable_file', wholeFile(file.name), file.unreadable);
    return;
  }
  const text = decodeText(file, collection.list);
  if (text !== undefined) collectText(file.name, text, { format, role, collection });
}

/** Collects a golden file whose faults are warnings; a faulty one adds no row. */
function collectGoldenBeside(file: SourceFile, collection: Collection): void {
  const { list, golden } = collection;
  const before = golden.length;
  let refused = false;
  const warning: FaultList = {
    ...list,
    fault(code, place, message) {
      refused = true;
      list.warn(code, place, message);
    },
  };
  collectFile(file, 'golden', collection.reportingTo(warning));
  if (refused) golden.length = before;
}

/**
 * Parses, checks and normalises FAQ files; files named golden.* hold golden rows, those named calibration.* calibration rows, all others entries.
 * Never throws: whatever the bytes, what is wrong is told as faults, or as warnings where it is wrong with a golden file.
 */
export function parseCorpus(files: readonly SourceFile[]): ParsedCorpus {
  const list = createFaultList();
  const collection = createCollection(list);
  const { faq = [], calibration = [], golden = [] } = Object.groupBy(files, ({ name }) => roleOfName(name));
  for (const file of faq) collectFile(file, 'faq', collection);
  for (const file of calibration) collectFile(file, 'calibration', collection);
  // Last, so that no number of golden rows takes the room of an FAQ's texts.
  for (const file of golden) collectGoldenBeside(file, collection);
  const named = faq[0] ?? files[0];
  const corpus = assemble(collection, named?.name ?? '');
  return { corpus: list.refused() ? undefined : corpus, faults: list.faults(), warnings: list.warnings() };
}

/** Parses files as golden rows, whatever their names. Never throws. */
export function parseGolden(files: readonly SourceFile[]): ParsedGolden {
  const list = createFaultList();
  const collection = createCollection(list);
  for (const file of files) collectFile(file, 'golden', collection);
  const golden = collection.golden.map(({ utterance, intent, place: { document, path } }) => ({
    utterance,
    intent,
    file: document.file,
    line: document.lineOf(path),
  }));
  return { golden: list.refused() ? undefined : golden, faults: list.faults(), warnings: list.warnings() };
}
