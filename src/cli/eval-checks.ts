/** What a pipeline asks of an evaluation: figures and an asked precision that it must reach, or the command ends with 6. */
import { InvalidArgumentError } from 'commander';
import { closestName } from '../config/closest-name.ts';
import { FaqError } from '../errors.ts';
import { FIGURE_NAMES, FIGURES, type FigureName } from '../quality/figures.ts';
import type { EvaluationReport } from '../quality/report/evaluation-report.ts';
import { exactPercent } from '../quality/report/number-text.ts';

/** A figure with the worst value that passes. */
export interface Demand {
  readonly figure: FigureName;
  readonly limit: number;
}

/** What is asked. */
export interface EvalDemands {
  readonly figures: readonly Demand[];
  /** Whether the asked precision must be guaranteed, and not be missed. */
  readonly precision: boolean;
}

function isFigure(name: string): name is FigureName {
  return Object.hasOwn(FIGURES, name);
}

function unknownFigure(name: string): InvalidArgumentError {
  const guess = closestName(name, FIGURE_NAMES);
  const advice = guess === undefined ? '' : ` Did you mean ${guess}?`;
  return new InvalidArgumentError(`"${name}" is no figure.${advice} There are ${FIGURE_NAMES.join(', ')}.`);
}

/** One `figure=number` more. @throws InvalidArgumentError saying what was expected. */
export function demandFlag(value: string, before: readonly Demand[]): readonly Demand[] {
  const [name = '', number, ...more] = value.split('=').map((part) => part.trim());
  if (!isFigure(name)) throw unknownFigure(name);
  const limit = Number(number);
  if (number === undefined || number === '' || more.length > 0 || !(limit >= 0 && limit <= 1))
    throw new InvalidArgumentError(`A figure and a number from 0 to 1 were expected, such as ${name}=0.9.`);
  return [...before, { figure: name, limit }];
}

function figureShortfall({ figures, untold }: EvaluationReport, { figure, limit }: Demand): readonly string[] {
  const { value } = figures[figure];
  if (!Number.isFinite(value)) return [`${figure} cannot be told of these utterances (${untold[figure] ?? 'it is no number'})`];
  const isFloor = FIGURES[figure].better === 'more';
  if (isFloor ? value >= limit : value <= limit) return [];
  return [`${figure} is ${value.toFixed(4)}, ${isFloor ? 'under' : 'over'} ${limit}`];
}

function precisionShortfall({ askedPrecision }: EvaluationReport): readonly string[] {
  if (askedPrecision === null) return ['no precision was asked for'];
  const { asked, verdict, reached, guarantee } = askedPrecision;
  const wish = `the asked precision of ${exactPercent(asked)}`;
  if (verdict === 'missed') return [`${wish} was missed (${exactPercent(reached.value)} of answers right)`];
  return (guarantee?.proven ?? null) === null ? [`${wish} is not guaranteed`] : [];
}

/** Passes what reaches all that is asked. @throws FaqError failed_precondition naming everything that falls short. */
export function requireDemands(report: EvaluationReport | undefined, { figures, precision }: EvalDemands): void {
  if (figures.length === 0 && !precision) return;
  const short =
    report === undefined
      ? ['no labelled utterances were measured']
      : [...figures.flatMap((demand) => figureShortfall(report, demand)), ...(precision ? precisionShortfall(report) : [])];
  if (short.length > 0)
    throw new FaqError('failed_precondition', `The evaluation falls short: ${short.join('; ')}.`, { reason: 'EVALUATION_FELL_SHORT' });
}
