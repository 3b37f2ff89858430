/** A corpus to bytes and back, for storing in a version. The stored form is ours alone; FAQ files are read by parse-corpus.ts. */
import { z } from 'zod';
import { FaqError } from '../errors.ts';
import type { AnswerDemands, Corpus, Entry, LabelledRow } from './corpus.ts';

/** Raised when the stored form changes in a way that older readers cannot follow. */
const FORM = 1;

const texts = z.array(z.string());
const share = z.number().min(0).max(1);
/** Written only where a file gives them, so that a corpus without them keeps its bytes. */
const storedDemands = z.strictObject({ minConfidence: share.optional(), minPrecision: share.optional() });
const storedSettings = z.strictObject({ ...storedDemands.shape, outOfScopeShare: share.optional() });

/** Metadata is a list of pairs: an object would lose the key "__proto__" and put keys like "7" first. */
const storedEntry = z.strictObject({
  id: z.string().min(1),
  intent: z.string().min(1),
  questions: texts.min(1),
  answer: z.string(),
  locale: z.string(),
  tags: texts,
  metadata: z.array(z.tuple([z.string(), z.string()])),
  counterExamples: texts,
  demands: storedDemands.optional(),
});

const labelled = z.array(z.strictObject({ utterance: z.string(), intent: z.string().nullable() }));

const storedCorpus = z.strictObject({
  form: z.literal(FORM),
  entries: z.array(storedEntry),
  counterExamples: texts,
  golden: labelled,
  calibration: labelled.optional(),
  settings: storedSettings.optional(),
});

/** In one order, so that the same settings give the same bytes; JSON leaves out what is undefined. */
function inOrder({ minConfidence, minPrecision }: AnswerDemands): AnswerDemands {
  return { minConfidence, minPrecision };
}

function stored(entry: Entry): z.infer<typeof storedEntry> {
  return {
    id: entry.id,
    intent: entry.intent,
    questions: [...entry.questions],
    answer: entry.answer,
    locale: entry.locale,
    tags: [...entry.tags],
    metadata: Object.entries(entry.metadata),
    counterExamples: [...entry.counterExamples],
    ...(entry.demands === undefined ? {} : { demands: inOrder(entry.demands) }),
  };
}

/** UTF-8 JSON; the same corpus gives the same bytes, order and golden rows included. */
export function serialiseCorpus(corpus: Corpus): Uint8Array {
  const { counterExamples, settings } = corpus;
  const written = settings === undefined ? {} : { settings: { ...inOrder(settings), outOfScopeShare: settings.outOfScopeShare } };
  const labelledRows = (rows: readonly LabelledRow[]) => rows.map(({ utterance, intent }) => ({ utterance, intent }));
  const golden = labelledRows(corpus.golden);
  const calibration = corpus.calibration === undefined ? {} : { calibration: labelledRows(corpus.calibration) };
  return new TextEncoder().encode(
    JSON.stringify({ form: FORM, entries: corpus.entries.map(stored), counterExamples, golden, ...calibration, ...written }),
  );
}

function damaged(problem: string, cause: unknown): FaqError {
  const message = `Expected a stored corpus of form ${FORM}, came ${problem}; reload the corpus from its FAQ files.`;
  return new FaqError('data_loss', message, { reason: 'CORPUS_DAMAGED', cause });
}

function parseStored(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw damaged('bytes that are no JSON', error);
  }
}

/**
 * The corpus that serialiseCorpus wrote, exactly.
 * @throws FaqError data_loss where the bytes are anything else.
 */
export function deserialiseCorpus(bytes: Uint8Array): Corpus {
  const result = storedCorpus.safeParse(parseStored(bytes));
  if (!result.success) {
    const issue = result.error.issues[0];
    throw damaged(`one that does not fit at ${JSON.stringify(issue?.path.join('.') ?? '')}`, result.error);
  }
  const { form: _, entries, ...rest } = result.data;
  return { entries: entries.map((entry) => ({ ...entry, metadata: Object.fromEntries(entry.metadata) })), ...rest };
}
