/**
 * `npm run bench:evaluation`: our figures on public sets beside the published ones, as docs/evaluation.md shows them.
 *   --part <name> `sets` (the product at its default settings) or `confidence` (what confidence and min_precision are worth); both by default
 *   --only <id>   one case of cases.ts or confidence-cases.ts; may be given more than once. The others keep the figures of their last run
 *   --page        measures nothing and writes the page from the kept figures
 * FAQMATCH_EVAL_DATA names the folder of public sets. Keeps figures in results.json and confidence-results.json and writes docs/evaluation.md
 * between its markers.
 */
import { parseArgs } from 'node:util';
import { loadConfig } from '../../src/config/load-config.ts';
import { FaqError } from '../../src/errors.ts';
import { openEncoder } from '../../src/wiring/open-encoder.ts';
import { CASES, type EvaluationCase } from './cases.ts';
import { CONFIDENCE_CASES, type ConfidenceCase } from './confidence-cases.ts';
import { type MeasuringParts, measureConfidence } from './measure-confidence.ts';
import { measureSet } from './measure-set.ts';
import { rememberingEncoder } from './remembering-encoder.ts';
import { writePage } from './write-page.ts';

interface Chosen {
  readonly sets: readonly EvaluationCase[];
  readonly confidence: readonly ConfidenceCase[];
}

function chosenCases(part: string | undefined, only: readonly string[] | undefined): Chosen {
  if (part !== undefined && part !== 'sets' && part !== 'confidence')
    throw new FaqError('invalid_argument', `Expected --part sets or --part confidence; got "${part}".`);
  const asked = ({ id }: { readonly id: string }): boolean => only === undefined || only.includes(id);
  const sets = part === 'confidence' ? [] : CASES.filter(asked);
  const confidence = part === 'sets' ? [] : CONFIDENCE_CASES.filter(asked);
  if (sets.length + confidence.length > 0) return { sets, confidence };
  throw new FaqError('invalid_argument', `Expected --only with one of ${[...CASES, ...CONFIDENCE_CASES].map(({ id }) => id).join(', ')}.`);
}

async function measureAll({ sets, confidence }: Chosen, root: string): Promise<void> {
  const onProblem = (problem: string): void => console.error(`warning: ${problem}`);
  const encoder = await openEncoder(config, { onProblem });
  try {
    const parts: MeasuringParts = { config, encoder: rememberingEncoder(encoder), root, onProblem };
    for (const wanted of sets) await measureSet(wanted, parts);
    for (const wanted of confidence) await measureConfidence(wanted, parts);
  } finally {
    await encoder.close();
  }
}

const { values: flags } = parseArgs({
  options: { part: { type: 'string' }, only: { type: 'string', multiple: true }, page: { type: 'boolean', default: false } },
});
const { config } = loadConfig();
const chosen = chosenCases(flags.part, flags.only);
if (!flags.page) {
  if (config.evalData === undefined)
    throw new FaqError('failed_precondition', 'Expected FAQMATCH_EVAL_DATA to name the folder of public sets; it is not set.');
  await measureAll(chosen, config.evalData);
}
writePage();
