/** `faqmatch eval`: how right the answers of a corpus are and whether confidence means what it says, without a server. */
import { access, constants, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Command, InvalidArgumentError } from 'commander';
import writeFileAtomic from 'write-file-atomic';
import { closestName } from '../config/closest-name.ts';
import { loadConfig } from '../config/load-config.ts';
import { type Config, SETTING_NAMES } from '../config/schema.ts';
import { isSettingName } from '../config/setting-names.ts';
import { FaqError } from '../errors.ts';
import { type ComparedRun, type Comparison, compareRuns } from '../quality/compare-runs.ts';
import { FIGURE_NAMES } from '../quality/figures.ts';
import { type EvaluationReport, REPORT_FORMAT } from '../quality/report/evaluation-report.ts';
import { parseSavedReport } from '../quality/report/saved-report.ts';
import { trafficPage } from '../quality/report/traffic-section.ts';
import { describedCommand, ENCODER_SETTINGS, settingsOf } from './command-settings.ts';
import { type Demand, demandFlag, requireDemands } from './eval-checks.ts';
import { comparisonLines, mistakeLines, reportLines } from './eval-print.ts';
import { type EvalPlace, type EvalPlan, type Evaluated, runEvaluation } from './eval-run.ts';
import { trafficLines } from './eval-traffic.ts';
import { interruptible } from './interruption.ts';
import { shareFlag, wholeFlag } from './number-flags.ts';
import type { Terminal } from './terminal.ts';

interface Printing {
  readonly flags: EvalFlags;
  readonly terminal: Terminal;
}

interface EvalFlags {
  readonly json?: boolean;
  readonly golden?: string;
  readonly crossValidate?: boolean;
  readonly folds: number;
  readonly seed: number;
  readonly unseenIntents: boolean;
  readonly learningCurve?: boolean;
  readonly lenient?: boolean;
  readonly traffic?: string;
  readonly minConfidence?: number;
  readonly minPrecision?: number;
  readonly mistakes?: boolean;
  readonly failUnder: readonly Demand[];
  readonly requirePrecision?: boolean;
  readonly html?: string;
  readonly baseline?: string;
  readonly against?: string;
  readonly againstWith: readonly string[];
}

function settingFlag(value: string, before: readonly string[]): readonly string[] {
  if (/^[A-Za-z]+=/u.test(value)) return [...before, value];
  throw new InvalidArgumentError('name=value was expected, such as outOfScopeShare=0.1 or model=./my-model.');
}

/** A version as the name of a run has it; cross-validation has none. */
function versionText(version: string): string {
  return version === '' ? '(by itself)' : `(version ${version})`;
}

interface BaselineRun extends ComparedRun {
  /** What a run that was made for the comparison measured; undefined of a saved report. */
  readonly measured?: Pick<EvaluationReport, 'version' | 'settings'>;
}

/** Where a corpus says for itself what was to be changed, both runs are one. */
function warnOfSame({ measured }: BaselineRun, { version, settings }: EvaluationReport, { terminal }: EvalPlace): void {
  if (measured === undefined || version === '' || !isDeepStrictEqual(measured, { version, settings })) return;
  terminal.err(
    'warning: both runs measured the same version with the same settings, so nothing can differ. Settings in the FAQ files stand before these: change them in a copy of the files, and name it with --against.',
  );
}

/** The first run, from a saved report, or by measuring other files, another model or other settings; undefined where none is asked for. */
async function baselineRun(plan: EvalPlan, flags: EvalFlags, place: EvalPlace): Promise<BaselineRun | undefined> {
  if (flags.baseline !== undefined) {
    const text = await readFile(flags.baseline, 'utf8').catch((cause: unknown) => {
      throw new FaqError('not_found', `No report "${flags.baseline}" that can be read.`, { cause });
    });
    const { rows, version } = parseSavedReport(text, flags.baseline);
    return { name: `${flags.baseline} ${versionText(version)}`, rows };
  }
  if (flags.against === undefined && flags.againstWith.length === 0) return undefined;
  const changes = Object.fromEntries(
    flags.againstWith.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
  const config = { ...plan.config, ...changedSettings(changes) };
  const corpusOrPath = flags.against ?? plan.corpusOrPath;
  // Both are asked the same: other files may have other golden rows beside them.
  const { traffic: _, ...rest } = plan;
  const mayLackIntents = flags.against !== undefined;
  const other: EvalPlan = { ...rest, corpusOrPath, config, learningCurve: false, rowsFrom: plan.corpusOrPath, mayLackIntents };
  const { report } = await runEvaluation(other, place);
  if (report === undefined) return undefined;
  const { rows, version, settings } = report;
  return { name: [corpusOrPath, ...flags.againstWith, versionText(version)].join(' '), rows, measured: { version, settings } };
}

/** The named settings alone, checked as any others. @throws FaqError invalid_argument naming what is wrong. */
function changedSettings(changes: Readonly<Record<string, string>>): Partial<Config> {
  for (const name of Object.keys(changes)) {
    if (isSettingName(name)) continue;
    const guess = closestName(name, SETTING_NAMES);
    const advice = guess === undefined ? 'see docs/configuration.md' : `did you mean ${guess}?`;
    throw new FaqError('invalid_argument', `--against-with: "${name}" is no setting; ${advice}`);
  }
  const { config } = loadConfig({ flags: changes });
  return Object.fromEntries(Object.entries(config).filter(([name]) => Object.hasOwn(changes, name)));
}

function print({ report, traffic }: Evaluated, comparison: Comparison | undefined, { flags, terminal }: Printing): void {
  if (flags.json === true) {
    const compared = comparison === undefined ? {} : { comparison };
    terminal.out(JSON.stringify({ format: REPORT_FORMAT, ...report, ...compared, ...(traffic === undefined ? {} : { traffic }) }));
    return;
  }
  const mistakes = flags.mistakes === true && report !== undefined ? mistakeLines(report.mistakes) : [];
  const lines = [
    ...(report === undefined ? [] : reportLines(report)),
    ...(comparison === undefined ? [] : comparisonLines(comparison)),
    ...mistakes,
    ...(report === undefined || traffic === undefined ? [] : ['']),
    ...(traffic === undefined ? [] : trafficLines(traffic)),
  ];
  for (const line of lines) terminal.out(line);
}

function unwritable(path: string, cause: unknown): FaqError {
  return new FaqError('invalid_argument', `The report cannot be written to "${path}"; name a file in a folder that exists.`, { cause });
}

/** Before anything is measured. */
async function requireWritable(path: string): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  if (there?.isDirectory() === true) throw unwritable(path, 'a folder');
  await access(dirname(path), constants.W_OK).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
}

async function writePage(path: string, page: string, terminal: Terminal): Promise<void> {
  await writeFileAtomic(path, page).catch((cause: unknown) => {
    throw unwritable(path, cause);
  });
  terminal.err(`report written to ${path}`);
}

async function pageOf({ report, traffic }: Evaluated, comparison: Comparison | undefined): Promise<string> {
  if (report === undefined) return traffic === undefined ? '' : trafficPage(traffic);
  // Only here, since the pictures' library takes a while to load.
  const { htmlReport } = await import('../quality/report/html-report.ts');
  return htmlReport(report, comparison, traffic);
}

async function run(plan: EvalPlan, flags: EvalFlags, place: EvalPlace): Promise<void> {
  const { terminal } = place;
  if (flags.html !== undefined) await requireWritable(flags.html);
  const before = await baselineRun(plan, flags, place);
  const evaluated = await runEvaluation(plan, place);
  const { report } = evaluated;
  if (report === undefined && before !== undefined)
    throw new FaqError('invalid_argument', 'There is nothing to compare: no golden rows lie beside the FAQ file. Name some with --golden.');
  if (before !== undefined && report !== undefined) warnOfSame(before, report, place);
  const comparison =
    before === undefined || report === undefined
      ? undefined
      : await compareRuns(before, { name: `${plan.corpusOrPath} ${versionText(report.version)}`, rows: report.rows });
  if (flags.html !== undefined) await writePage(flags.html, await pageOf(evaluated, comparison), terminal);
  print(evaluated, comparison, { flags, terminal });
  requireDemands(report, { figures: flags.failUnder, precision: flags.requirePrecision ?? false });
}

/** @throws FaqError invalid_argument for flags that contradict one another. */
function checkFlags(flags: EvalFlags): void {
  if (flags.crossValidate === true && flags.golden !== undefined)
    throw new FaqError('invalid_argument', '--cross-validate measures the corpus by itself and --golden with a file; give one of them.');
  if (flags.baseline !== undefined && (flags.against !== undefined || flags.againstWith.length > 0))
    throw new FaqError(
      'invalid_argument',
      '--baseline compares with a saved report, --against and --against-with measure anew; give one kind.',
    );
  if (flags.requirePrecision !== true) return;
  if (flags.minPrecision === undefined)
    throw new FaqError('invalid_argument', '--require-precision says what must come of --min-precision; give both.');
  if (flags.crossValidate === true)
    throw new FaqError('invalid_argument', '--require-precision needs labelled utterances: cross-validation guarantees nothing.');
}

function planOf(corpusOrPath: string, flags: EvalFlags, config: Config): EvalPlan {
  checkFlags(flags);
  return {
    corpusOrPath,
    crossValidate: flags.crossValidate ?? false,
    folds: flags.folds,
    seed: flags.seed,
    ...(flags.unseenIntents ? {} : { unseenIntents: false }),
    learningCurve: flags.learningCurve ?? false,
    lenient: flags.lenient ?? false,
    config,
    ...(flags.golden === undefined ? {} : { golden: flags.golden }),
    ...(flags.traffic === undefined ? {} : { traffic: flags.traffic }),
    ...(flags.minConfidence === undefined ? {} : { minConfidence: flags.minConfidence }),
    ...(flags.minPrecision === undefined ? {} : { minPrecision: flags.minPrecision }),
  };
}

const EXAMPLE = `faqmatch eval shop --html report.html
faqmatch eval shop --cross-validate --learning-curve --html report.html
faqmatch eval ./my-faq.yaml --golden ./golden.yaml --mistakes
faqmatch eval shop --min-precision 0.95
faqmatch eval shop --fail-under accuracy=0.85 --fail-under refused=0.9 --min-precision 0.9 --require-precision
faqmatch eval shop --json > before.json; faqmatch eval shop --baseline before.json
faqmatch eval ./new-faq.yaml --golden ./golden.yaml --against ./old-faq.yaml
faqmatch eval shop --against-with outOfScopeShare=0.1
faqmatch eval shop --model ./adapted --against-with model=faqmatch-minilm-l6
faqmatch eval shop --traffic utterances.txt --html report.html`;

function withOptions(command: Command): Command {
  return command
    .argument(
      '<corpus>',
      'name of a corpus under the corpus root, or path of an FAQ file or folder; or folder of faq.jsonl and queries.jsonl',
    )
    .option('--golden <path>', 'golden file, or folder whose golden files all count; those beside the FAQ file by default')
    .option('--cross-validate', 'measure the corpus by itself: groups of near-duplicate questions leave together')
    .option('--folds <number>', 'builds of a cross-validation', wholeFlag(2, 20), 4)
    .option('--seed <number>', 'which division into folds', wholeFlag(1, 2 ** 31 - 1), 1)
    .option('--no-unseen-intents', 'leave no whole intents out, which otherwise stand for out-of-scope questions')
    .option('--learning-curve', 'measure with fewer questions an intent, too')
    .option('--lenient', 'measure although golden rows contradict one another or the corpus')
    .option(
      '--traffic <path>',
      'utterances without labels, one a line, - for standard input: how many are out of scope, and which setting fits',
    )
    .option('--min-confidence <number>', 'as a request would send it', shareFlag)
    .option('--min-precision <number>', 'measure at this precision, as a request would ask for it, and say what is reached', shareFlag)
    .option(
      '--fail-under <figure=number>',
      `end with 6 where a figure of the report is worse, e.g. accuracy=0.85 (${FIGURE_NAMES.join(', ')}; of ece and brier more is worse); may be repeated`,
      demandFlag,
      [],
    )
    .option('--require-precision', 'end with 6 where the precision of --min-precision is missed or not guaranteed')
    .option('--mistakes', 'list the rows that went wrong')
    .option('--html <path>', 'write a report with pictures, one file')
    .option('--baseline <report.json>', 'compare with an earlier report, as --json prints it')
    .option('--against <corpus>', 'compare with other FAQ files, measured first with the same utterances, as what was before')
    .option(
      '--against-with <name=value>',
      'compare with another setting as what was before, e.g. model=./old; may be repeated',
      settingFlag,
      [],
    );
}

/** The command. */
export function evalCommand(terminal: Terminal): Command {
  const command = describedCommand('eval', {
    description:
      'Measure how right answers are and whether confidence means what it says. Builds the corpus anew; needs no server and leaves nothing behind.',
    example: EXAMPLE,
    settings: [
      ...ENCODER_SETTINGS,
      'corpusRoot',
      'outOfScopeShare',
      'answerConfidence',
      'clarifyConfidence',
      'clarifyRatio',
      'readMisspelt',
    ],
  });
  return withOptions(command).action(async (corpusOrPath: string, flags: EvalFlags) => {
    const plan = planOf(corpusOrPath, flags, settingsOf(command, terminal));
    await interruptible((signal) => run(plan, flags, { terminal, signal }));
  });
}
