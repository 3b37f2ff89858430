/** `faqmatch eval`: how right the answers to a corpus's golden utterances are, without a server. */
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import type { GoldenResult } from '../quality/evaluate-golden.ts';
import { evaluateGolden } from '../quality/evaluate-golden.ts';
import type { DecisionCounts } from '../quality/metrics.ts';
import { describedCommand, ENCODER_SETTINGS, settingsOf } from './command-settings.ts';
import { evalSource, goldenRows } from './eval-source.ts';
import { interruptible } from './interruption.ts';
import { numberFlag } from './match.ts';
import { openEncoder } from './open-encoder.ts';
import type { OpenedVersions } from './open-versions.ts';
import { startProgress } from './progress.ts';
import { percent, tableLines } from './table.ts';
import type { Terminal } from './terminal.ts';
import { withThrowawayVersions } from './throwaway-versions.ts';

interface EvalFlags {
  readonly json?: boolean;
  readonly golden?: string;
  readonly minConfidence?: number;
  readonly mistakes?: boolean;
}

interface Measurement {
  readonly corpusOrPath: string;
  readonly flags: EvalFlags;
  readonly config: Config;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

function decisionRow(name: string, rows: number, counts: DecisionCounts) {
  return [name, rows, counts.answer, counts.clarify, counts.no_match];
}

function resultLines({ metrics, mistakes }: GoldenResult, showMistakes: boolean): readonly string[] {
  const { inScope, outOfScope, precision } = metrics;
  const lines = [
    `right intent with ANSWER   ${percent(inScope.accuracy, 1)} of ${inScope.rows} in-scope rows (${inScope.right} right, ${inScope.wrong} wrong)`,
    `best candidate right       ${percent(inScope.intentAccuracy, 1)} whatever the decision`,
    `out-of-scope refused       ${percent(outOfScope.refused, 1)} of ${outOfScope.rows} rows`,
    `answers that are right     ${percent(precision, 1)}`,
    '',
    ...tableLines(
      ['', 'ROWS', 'ANSWER', 'CLARIFY', 'NO_MATCH'],
      [decisionRow('in scope', inScope.rows, inScope.decisions), decisionRow('out of scope', outOfScope.rows, outOfScope.decisions)],
    ),
  ];
  if (!showMistakes || mistakes.length === 0) return lines;
  const rows = mistakes.map((row) => [
    row.decision.toUpperCase(),
    percent(row.confidence),
    row.best ?? '-',
    row.intent ?? '(none)',
    row.utterance,
  ]);
  return [...lines, '', ...tableLines(['DECISION', 'CONFIDENCE', 'BEST', 'MEANT', 'UTTERANCE'], rows)];
}

async function measure(
  { versions, match }: OpenedVersions,
  { corpusOrPath, flags, config, terminal, signal }: Measurement,
): Promise<GoldenResult> {
  const { corpus, files } = await evalSource(corpusOrPath, config.corpusRoot);
  const progress = startProgress(terminal, 'Measuring');
  try {
    await versions.reload(corpus, files, { signal, onProgress: ({ phase, done, total }) => progress.update(done, total, phase) });
    const rows = flags.golden === undefined ? (versions.active(corpus)?.content.golden ?? []) : await goldenRows(flags.golden);
    if (rows.length === 0)
      throw new FaqError('invalid_argument', 'No golden rows: put a golden.yaml beside the FAQ file, or name one with --golden.');
    return await evaluateGolden({
      match,
      corpus,
      rows,
      signal,
      onProgress: (done) => progress.update(done, rows.length, 'utterances'),
      ...(flags.minConfidence === undefined ? {} : { minConfidence: flags.minConfidence }),
    });
  } finally {
    progress.stop();
  }
}

async function run(measurement: Measurement): Promise<void> {
  const { config, terminal, signal, flags, corpusOrPath } = measurement;
  const onProblem = (problem: string): void => terminal.err(`warning: ${problem}`);
  const encoder = await openEncoder(config, { terminal, signal, onProblem });
  try {
    const result = await withThrowawayVersions(config, { encoder, onProblem }, (opened) => measure(opened, measurement));
    if (flags.json === true) terminal.out(JSON.stringify({ corpus: corpusOrPath, model: encoder.info.digest, ...result }));
    else for (const line of resultLines(result, flags.mistakes ?? false)) terminal.out(line);
  } finally {
    await encoder.close();
  }
}

/** The command. */
export function evalCommand(terminal: Terminal): Command {
  const command = describedCommand('eval', {
    description:
      'Measure the answers to golden utterances: accuracy, decisions, out-of-scope refused. Builds the corpus anew; needs no server.',
    example: 'faqmatch eval shop\nfaqmatch eval ./my-faq.yaml --golden ./golden.yaml --mistakes',
    settings: [...ENCODER_SETTINGS, 'corpusRoot', 'outOfScopeShare', 'answerConfidence', 'clarifyConfidence', 'clarifyRatio'],
  });
  return command
    .argument('<corpus>', 'name of a corpus under the corpus root, or path of an FAQ file or folder')
    .option('--golden <path>', 'golden file; the one beside the FAQ file by default')
    .option('--min-confidence <number>', 'as a request would send it', numberFlag)
    .option('--mistakes', 'list the rows that went wrong')
    .action(async (corpusOrPath: string, flags: EvalFlags) => {
      const config = settingsOf(command, terminal);
      await interruptible((signal) => run({ corpusOrPath, flags, config, terminal, signal }));
    });
}
