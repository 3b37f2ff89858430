/**
 * The corpora on which confidence is measured. Sets, shares of intents that are taken out and which rows count as out of scope were written down
 * before the first run; no case was taken out, nor any seed chosen, by what came out.
 */

/**
 * A share of out-of-scope traffic that a build expects. `true` is the share that the measured rows have. `told` is the one that every other row tells
 * without its label, by the build that expects the default share, where the default is ruled out by what they tell, and else the default; the rest is measured.
 */
export type ExpectedShare = number | 'true' | 'told';

/** One corpus, built once for each expected share. */
export interface ConfidenceCase {
  readonly id: string;
  readonly title: string;
  /**
   * `set`: a public set as it is, its rows weighed to the expected share where some are out of scope.
   * `made`: intents taken out, rows as they come; the calibration error is averaged over these. `one-question`: the same with one question each.
   */
  readonly group: 'set' | 'made' | 'one-question';
  /** Files below FAQMATCH_EVAL_DATA that are stored. */
  readonly stored: readonly string[];
  /** Files of labelled utterances. */
  readonly measured: readonly string[];
  /** In this order; `told` after the default. */
  readonly shares: readonly ExpectedShare[];
  /** At most so many questions of each intent, drawn by the case's seed; all by default. */
  readonly questions?: number;
  /** Intents become q001, q002, …, so that their names say nothing. */
  readonly opaque?: boolean;
  /** Share of the intents that is taken out, drawn by the case's seed; their utterances are out of scope then. */
  readonly removed?: number;
  /** 1 by default. */
  readonly seed?: number;
}

/** The product's default. */
export const DEFAULT_SHARE = 0.25;

const CLINC = { stored: ['clinc150/train.jsonl'], measured: ['clinc150/test.jsonl', 'clinc150/oos-test.jsonl'] };
const CLINC_10 = { ...CLINC, stored: ['clinc150/train-10shot.jsonl'] };
const CLINC_5 = { ...CLINC, stored: ['clinc150/train-5shot.jsonl'] };
const BANKING = { stored: ['banking77/train.jsonl'], measured: ['banking77/test.jsonl'] };
const BANKING_10 = { stored: ['banking77-fewshot/train-10shot.jsonl'], measured: ['banking77-fewshot/test.jsonl'] };
const BANKING_5 = { ...BANKING_10, stored: ['banking77-fewshot/train-5shot.jsonl'] };
const SNIPS = { stored: ['snips/train.jsonl'], measured: ['snips/test.jsonl'] };
const HINT3 = {
  stored: ['hint3-v2-curekart/train.jsonl'],
  measured: ['hint3-v2-curekart/test.jsonl', 'hint3-v2-curekart/oos-test.jsonl'],
};
const CORPUS50 = { stored: ['nlpjs-corpus50/train.jsonl'], measured: ['nlpjs-corpus50/test.jsonl'] };

const SET = { group: 'set', shares: [DEFAULT_SHARE] } as const;
const MADE = { group: 'made', shares: ['true', DEFAULT_SHARE, 'told'] } as const;
const ONE = { group: 'one-question', shares: ['true', DEFAULT_SHARE, 'told'], questions: 1, removed: 0.25 } as const;

/** In scope only: what is out of scope is then what was taken out, and nothing else. */
const inScope = <Files extends { readonly measured: readonly string[] }>(files: Files): Files => ({
  ...files,
  measured: files.measured.slice(0, 1),
});

const SETS: readonly ConfidenceCase[] = [
  { ...SET, ...CORPUS50, id: 'set-corpus50', title: 'nlp.js corpus50' },
  { ...SET, ...HINT3, id: 'set-hint3', title: 'HINT3 v2 Curekart', shares: [DEFAULT_SHARE, 0.5] },
  { ...SET, ...BANKING_10, id: 'set-banking77-1', title: 'BANKING77, 1 question an intent', questions: 1 },
  { ...SET, ...BANKING_10, id: 'set-banking77-1-opaque', title: 'BANKING77, 1, opaque names', questions: 1, opaque: true },
  { ...SET, ...BANKING_5, id: 'set-banking77-5', title: 'BANKING77, 5-shot' },
  { ...SET, ...BANKING_10, id: 'set-banking77-10', title: 'BANKING77, 10-shot' },
  { ...SET, ...CLINC_10, id: 'set-clinc150-1', title: 'CLINC150, 1 question an intent', questions: 1 },
  { ...SET, ...CLINC_10, id: 'set-clinc150-1-opaque', title: 'CLINC150, 1, opaque names', questions: 1, opaque: true },
  { ...SET, ...CLINC_5, id: 'set-clinc150-5', title: 'CLINC150, 5-shot' },
  { ...SET, ...CLINC_10, id: 'set-clinc150-10', title: 'CLINC150, 10-shot', shares: [DEFAULT_SHARE, 0.1] },
  { ...SET, ...SNIPS, id: 'set-snips', title: 'SNIPS' },
  { ...SET, ...BANKING, id: 'set-banking77', title: 'BANKING77, full' },
  { ...SET, ...CLINC, id: 'set-clinc150', title: 'CLINC150, full', shares: [DEFAULT_SHARE, 0.1] },
  {
    ...SET,
    ...CLINC,
    id: 'set-clinc150-oos',
    title: 'CLINC150, full, with its 100 out-of-scope training rows',
    stored: ['clinc150/train.jsonl', 'clinc150/oos-train.jsonl'],
  },
];

const SMALL_MADE: readonly ConfidenceCase[] = [
  { ...MADE, ...CORPUS50, id: 'made-corpus50', title: 'nlp.js corpus50', removed: 0.25 },
  { ...MADE, ...HINT3, id: 'made-hint3', title: 'HINT3 v2 Curekart, with its own out-of-scope rows', removed: 0.25 },
  { ...MADE, ...inScope(HINT3), id: 'made-hint3-10', title: 'HINT3 v2 Curekart, 10 questions an intent', removed: 0.25, questions: 10 },
  { ...MADE, ...inScope(HINT3), id: 'made-hint3-5', title: 'HINT3 v2 Curekart, 5', removed: 0.1, questions: 5 },
  { ...MADE, ...SNIPS, id: 'made-snips-5', title: 'SNIPS, 5 questions an intent', removed: 0.4, questions: 5 },
  { ...MADE, ...SNIPS, id: 'made-snips-10', title: 'SNIPS, 10', removed: 0.15, questions: 10 },
  { ...MADE, ...BANKING_5, id: 'made-banking77-5', title: 'BANKING77, 5-shot', removed: 0.4 },
  { ...MADE, ...BANKING_10, id: 'made-banking77-10', title: 'BANKING77, 10-shot', removed: 0.1 },
  { ...MADE, ...inScope(CLINC_5), id: 'made-clinc150-5', title: 'CLINC150, 5-shot', removed: 0.25 },
  { ...MADE, ...inScope(CLINC_10), id: 'made-clinc150-10', title: 'CLINC150, 10-shot', removed: 0.1 },
];

const LARGE_MADE: readonly ConfidenceCase[] = [
  { ...MADE, ...SNIPS, id: 'made-snips', title: 'SNIPS, full', removed: 0.25 },
  { ...MADE, ...BANKING, id: 'made-banking77', title: 'BANKING77, full', removed: 0.25 },
  { ...MADE, ...CLINC, id: 'made-clinc150', title: 'CLINC150, full, with its own out-of-scope rows', removed: 0.25 },
];

const ONE_QUESTION: readonly ConfidenceCase[] = [
  { ...ONE, ...CORPUS50, id: 'one-corpus50', title: 'nlp.js corpus50' },
  { ...ONE, ...HINT3, id: 'one-hint3', title: 'HINT3 v2 Curekart, with its own out-of-scope rows' },
  { ...ONE, ...SNIPS, id: 'one-snips', title: 'SNIPS' },
  { ...ONE, ...BANKING_10, id: 'one-banking77', title: 'BANKING77' },
  { ...ONE, ...BANKING_10, id: 'one-banking77-opaque', title: 'BANKING77, opaque names', opaque: true },
  { ...ONE, ...inScope(CLINC_10), id: 'one-clinc150', title: 'CLINC150' },
  { ...ONE, ...inScope(CLINC_10), id: 'one-clinc150-opaque', title: 'CLINC150, opaque names', opaque: true },
];

/**
 * Small corpora a second time with another draw of intents and questions: one draw of five questions an intent can be a poor one. They were
 * added after the first run, whose draws all stayed.
 */
function drawnAgain(cases: readonly ConfidenceCase[]): readonly ConfidenceCase[] {
  return cases.map((wanted) => ({ ...wanted, id: `${wanted.id}-again`, title: `${wanted.title}; second draw`, seed: 2 }));
}

/** All of them, by group. */
export const CONFIDENCE_CASES: readonly ConfidenceCase[] = [
  ...ONE_QUESTION,
  ...drawnAgain(ONE_QUESTION),
  ...SMALL_MADE,
  ...drawnAgain(SMALL_MADE),
  ...LARGE_MADE,
  ...SETS,
];
