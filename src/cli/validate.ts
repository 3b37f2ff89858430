/** `faqmatch validate`: every fault and warning of FAQ files and the golden and calibration files beside them, without a server. */
import type { Command } from 'commander';
import { isGoldenName, roleOfName } from '../corpus/formats.ts';
import { parseCorpus, parseGolden } from '../corpus/parse-corpus.ts';
import { readLocalSource } from '../corpus/read-source.ts';
import { FaqError, type Fault } from '../errors.ts';
import { contradictingRows, goldenFaults } from '../quality/check-golden.ts';
import { counted } from '../text/counted.ts';
import { describedCommand, settingsOf } from './command-settings.ts';
import { corpusFiles } from './eval-source.ts';
import { faultLine } from './report-error.ts';
import type { Terminal } from './terminal.ts';

interface Counts {
  readonly entries: number;
  readonly questions: number;
  readonly intents: number;
  readonly goldenRows: number;
  readonly calibrationRows: number;
}

interface Findings extends Counts {
  /** What would refuse a reload, or an evaluation where a golden file has it. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

const NO_COUNTS: Counts = { entries: 0, questions: 0, intents: 0, goldenRows: 0, calibrationRows: 0 };

/** A golden or calibration file by itself: whether it can be read and contradicts itself. @throws FaqError not_found. */
async function rowFindings(path: string): Promise<Findings> {
  const { golden = [], faults, warnings } = parseGolden(await readLocalSource(path));
  const count = isGoldenName(path) ? { goldenRows: golden.length } : { calibrationRows: golden.length };
  return { ...NO_COUNTS, ...count, faults: [...faults, ...contradictingRows(golden)], warnings };
}

/** @throws FaqError not_found where there are no such files. */
async function findingsOf(corpusOrPath: string, corpusRoot: string): Promise<Findings> {
  const { files } = await corpusFiles(corpusOrPath, corpusRoot);
  const parsed = parseCorpus(files);
  const rows = parseGolden(files.filter(({ name }) => isGoldenName(name)));
  const { corpus } = parsed;
  // What a reload only warns of in golden files is a fault here, told once.
  const warnings = [...parsed.warnings.filter(({ file }) => !isGoldenName(file)), ...rows.warnings];
  if (corpus === undefined) return { ...NO_COUNTS, faults: [...parsed.faults, ...rows.faults], warnings };
  const { entries } = corpus;
  const counts = {
    entries: entries.length,
    questions: entries.reduce((sum, { questions }) => sum + questions.length, 0),
    intents: new Set(entries.map(({ intent }) => intent)).size,
    goldenRows: rows.golden?.length ?? 0,
    calibrationRows: corpus.calibration?.length ?? 0,
  };
  return { ...counts, faults: [...rows.faults, ...goldenFaults(rows.golden ?? [], corpus)], warnings };
}

/** @param alone what a file of labelled utterances by itself holds; undefined where the FAQ was read. */
function summary(
  { entries, questions, intents, goldenRows, calibrationRows }: Counts,
  alone: 'golden' | 'calibration' | undefined,
): string {
  const calibration = calibrationRows === 0 ? '' : `, ${counted(calibrationRows, 'calibration row')}`;
  if (alone === undefined)
    return `${counted(entries, 'entry', 'entries')}, ${counted(questions, 'question')}, ${counted(intents, 'intent')}${calibration}`;
  return `${counted(goldenRows + calibrationRows, `${alone} row`)}, read alone (name the FAQ file or folder to compare them with its intents and questions)`;
}

/** The command. */
export function validateCommand(terminal: Terminal): Command {
  const command = describedCommand('validate', {
    description:
      'Name every fault and warning of FAQ files and the golden and calibration files beside them. Needs no server and changes nothing.',
    example: 'faqmatch validate shop\nfaqmatch validate ./my-faq.yaml',
    settings: ['corpusRoot'],
  });
  command.argument(
    '<corpus>',
    'name of a corpus below the corpus root, or path of a file (golden.* or calibration.* by itself, too) or folder',
  );
  return command.action(async (corpusOrPath: string, { json = false }: { readonly json?: boolean }) => {
    const { corpusRoot } = settingsOf(command, terminal);
    // As the reader of folders tells such files: by name.
    const role = roleOfName(corpusOrPath);
    const alone = role === 'faq' ? undefined : role;
    const { faults, warnings, ...counts } = await (alone === undefined ? findingsOf(corpusOrPath, corpusRoot) : rowFindings(corpusOrPath));
    if (json) terminal.out(JSON.stringify({ valid: faults.length === 0, ...counts, faults, warnings }));
    else for (const warning of warnings) terminal.err(`warning: ${faultLine(warning)}`);
    if (faults.length > 0) {
      const what = `${counted(faults.length, 'fault')} in "${corpusOrPath}".`;
      throw new FaqError('invalid_argument', what, { faults: json ? [] : faults });
    }
    if (!json) terminal.out(`${summary(counts, alone)}; no faults, ${counted(warnings.length, 'warning')}`);
  });
}
