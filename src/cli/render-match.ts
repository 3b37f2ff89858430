/** An answer as a person at a terminal reads it. */
import type { DecisionWord } from '../client/decision.ts';
import { decisionOf } from '../client/decision.ts';
import type { Candidate, DecisionChange, Explanation, MatchResponse } from '../client/messages.ts';
import { percentText } from '../quality/report/number-text.ts';
import { counted } from '../text/counted.ts';
import type { Colour, Terminal } from './terminal.ts';

const COLOURS: Readonly<Record<DecisionWord, Colour>> = { ANSWER: 'green', CLARIFY: 'yellow', NO_MATCH: 'red', UNKNOWN: 'red' };

/** The decision as a coloured word. */
export function decisionWord(response: MatchResponse, terminal: Terminal): string {
  const word = decisionOf(response);
  return terminal.paint(COLOURS[word], word);
}

function named(candidate: Candidate): string {
  return `${candidate.intent} ${percentText(candidate.confidence, 0)}`;
}

/** One change as a sentence's end: what it would be, and when. */
function changeText({ what, decision, intent, value, texts }: DecisionChange): string {
  const word = decisionOf({ decision });
  const outcome = `${word}${intent === '' ? '' : ` ${intent}`}`;
  const named = texts.map((text) => `"${text}"`).join(', ');
  const refuses = word === 'NO_MATCH';
  const conditions: Readonly<Record<string, string>> = {
    min_confidence: `at min_confidence ${value.toFixed(2)} or ${refuses ? 'higher' : 'lower'}`,
    min_precision: `at min_precision ${value.toFixed(2)} or ${refuses ? 'higher' : 'lower'}`,
    score: `with ${value.toFixed(3)} more score`,
    runner_up_score: `if the second scored ${Math.abs(value).toFixed(3)} ${value < 0 ? 'less' : 'more'}`,
    remove_counter_example: `without the counter-example ${named}`,
    add_counter_example: `with ${named} as a counter-example of the corpus`,
    remove_question: `if only ${intent} kept the question, and these went: ${named}`,
    remove_filter: 'without the filter',
  };
  return `${outcome} ${conditions[what] ?? what}`;
}

/** Three digits, and no minus before nothing. */
function signed(value: number): string {
  return value.toFixed(3).replace(/^-(?=0\.000$)/u, '');
}

/** What guarantees the threshold, where something does. */
function proofText({ precisionProof: proof }: Explanation): string {
  if (proof === undefined) return '';
  return `, guaranteed with ${percentText(proof.certainty, 0)} certainty: ${proof.right} of ${counted(proof.answers, 'calibration row')} right`;
}

function explanationLines(explanation: Explanation): readonly string[] {
  const { shares, nearestCounterExample: refusing } = explanation;
  return [
    `rule         ${explanation.rule}, threshold ${percentText(explanation.threshold, 0)} (${explanation.thresholdSource})${proofText(explanation)}`,
    `score        ${explanation.score.toFixed(3)}, lead ${explanation.margin.toFixed(3)}${explanation.runnerUp === '' ? '' : ` over ${explanation.runnerUp}`}`,
    ...(shares === undefined
      ? []
      : [
          `made of      meaning ${signed(shares.dense)}, letters and words ${signed(shares.lexical)}, neighbours ${signed(shares.neighbours)}, the rest is what every utterance starts from`,
          ...(shares.namesAndAnswers === 0
            ? []
            : [`of these     ${shares.namesAndAnswers.toFixed(3)} by way of the intent's name and answer instead of its questions`]),
          ...(shares.counterExamples === 0 ? [] : [`of these     ${signed(shares.counterExamples)} by way of counter-examples`]),
        ]),
    `none         ${percentText(explanation.noneConfidence, 0)} that none of the intents is meant`,
    `shared words ${explanation.matchedTerms.length === 0 ? 'none' : explanation.matchedTerms.join(', ')}`,
    ...explanation.changes.map((change) => `changes      ${changeText(change)}`),
    ...(explanation.readWords.length === 0
      ? []
      : [`read as      ${explanation.readWords.map(({ typed, read }) => `${typed} > ${read}`).join(', ')}`]),
    ...(refusing === undefined ? [] : [`against      ${refusing.similarity.toFixed(3)}  ${refusing.intent}  "${refusing.text}"`]),
    ...explanation.evidence.map((item) => `near         ${item.similarity.toFixed(3)}  ${item.intent}  "${item.question}"`),
  ];
}

/** One line: decision, best intent, confidence, utterance. For files. */
export function matchLine(utterance: string, response: MatchResponse, terminal: Terminal): string {
  const best = response.candidates[0];
  const name = best === undefined ? '-' : named(best);
  return `${decisionWord(response, terminal)}\t${name}\t${utterance}`;
}

/** What the decision is about, with how certain it is. */
function heading(response: MatchResponse): string {
  const [best] = response.candidates;
  if (best === undefined) return '(no entry passes the filter)';
  if (decisionOf(response) !== 'CLARIFY') return named(best);
  const asked = response.candidates.filter(({ intent }) => response.clarifyIntents.includes(intent));
  return asked.length === response.clarifyIntents.length ? asked.map(named).join(' or ') : response.clarifyIntents.join(' or ');
}

/** The whole answer: what to do, what to show, why, and what else was near. */
export function matchLines(response: MatchResponse, terminal: Terminal): readonly string[] {
  const [best, ...others] = response.candidates;
  const answers = decisionOf(response) === 'ANSWER';
  const lines = [`${decisionWord(response, terminal)}  ${heading(response)}`];
  if (answers && best !== undefined) lines.push('', best.answer === '' ? '(this entry has no answer text)' : best.answer, '');
  if (best !== undefined) lines.push(`nearest  "${best.matchedQuestion}" (${best.intent}, cosine ${best.similarity.toFixed(3)})`);
  if (others.length > 0) lines.push(`others   ${others.map(named).join(', ')}`);
  if (response.truncated) lines.push('note     the utterance was longer than the encoder reads; its end was left out');
  if (response.explanation !== undefined) lines.push(...explanationLines(response.explanation));
  const spent = response.timings === undefined ? '' : `, ${response.timings.totalMs.toFixed(1)} ms`;
  return [...lines, terminal.paint('dim', `version  ${response.versions?.corpus ?? '?'}${spent}`)];
}
