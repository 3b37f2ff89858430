/** Which public sets are measured, and which of their files fit and which measure. Nothing but training questions is ever fitted. */

/** One measurement. Paths are relative to FAQMATCH_EVAL_DATA. */
export interface EvaluationCase {
  readonly id: string;
  readonly title: string;
  /** Files that are stored: {"text","intent"} lines, null being a counter-example. A folder is a retrieval set. */
  readonly stored: readonly string[];
  /** Files of labelled utterances; none for a retrieval set. */
  readonly measured: readonly string[];
  /** Keeps one question of each intent, drawn by this seed. */
  readonly oneQuestion?: number;
}

const CLINC = { title: 'CLINC150', measured: ['clinc150/test.jsonl', 'clinc150/oos-test.jsonl'] };
const BANKING = { title: 'BANKING77', measured: ['banking77/test.jsonl'] };
/** The few-shot files are lower-cased, so they are measured with their own test file. */
const BANKING_FEW = { title: 'BANKING77', measured: ['banking77-fewshot/test.jsonl'] };

/** All measurements, small ones first. */
export const CASES: readonly EvaluationCase[] = [
  { id: 'corpus50', title: 'nlp.js corpus50', stored: ['nlpjs-corpus50/train.jsonl'], measured: ['nlpjs-corpus50/test.jsonl'] },
  {
    id: 'hint3-curekart',
    title: 'HINT3 v2 Curekart',
    stored: ['hint3-v2-curekart/train.jsonl'],
    measured: ['hint3-v2-curekart/test.jsonl', 'hint3-v2-curekart/oos-test.jsonl'],
  },
  { id: 'stackfaq', title: 'StackFAQ', stored: ['stackfaq'], measured: [] },
  {
    ...BANKING_FEW,
    id: 'banking77-1',
    title: 'BANKING77, 1 question an intent',
    stored: ['banking77-fewshot/train-10shot.jsonl'],
    oneQuestion: 1,
  },
  { ...BANKING_FEW, id: 'banking77-5', title: 'BANKING77, 5-shot', stored: ['banking77-fewshot/train-5shot.jsonl'] },
  { ...BANKING_FEW, id: 'banking77-10', title: 'BANKING77, 10-shot', stored: ['banking77-fewshot/train-10shot.jsonl'] },
  { ...CLINC, id: 'clinc150-1', title: 'CLINC150, 1 question an intent', stored: ['clinc150/train-10shot.jsonl'], oneQuestion: 1 },
  { ...CLINC, id: 'clinc150-5', title: 'CLINC150, 5-shot', stored: ['clinc150/train-5shot.jsonl'] },
  { ...CLINC, id: 'clinc150-10', title: 'CLINC150, 10-shot', stored: ['clinc150/train-10shot.jsonl'] },
  { id: 'snips', title: 'SNIPS', stored: ['snips/train.jsonl'], measured: ['snips/test.jsonl'] },
  { ...BANKING, id: 'banking77', title: 'BANKING77, full', stored: ['banking77/train.jsonl'] },
  { ...CLINC, id: 'clinc150', title: 'CLINC150, full', stored: ['clinc150/train.jsonl'] },
  {
    ...CLINC,
    id: 'clinc150-oos',
    title: 'CLINC150, full, with its 100 out-of-scope training rows',
    stored: ['clinc150/train.jsonl', 'clinc150/oos-train.jsonl'],
  },
];
