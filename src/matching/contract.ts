/**
 * What matching takes and gives: vectors, texts and hits in, scores, confidences and a decision out.
 * Knows nothing of files, indexes, encoders or transport: rows and intents are numbers here.
 */

/**
 * [rows × inner] · [inner × columns], both float32 or both float64; with `transposeB` b is [columns × inner]. Result [rows × columns],
 * row-major, of the same kind.
 */
export type Multiply = <T extends Float32Array | Float64Array>(
  a: T,
  b: T,
  shape: { readonly rows: number; readonly inner: number; readonly columns: number; readonly transposeB?: boolean },
) => Promise<T>;

/** Numbers that steer fitting and deciding; part of a version's identity. */
export interface MatchSettings {
  /** Expected share of out-of-scope traffic, in (0, 1). */
  readonly outOfScopeShare: number;
  /** Confidence from which the decision may be ANSWER when the request names none. */
  readonly answerConfidence: number;
  /** Confidence from which close candidates are worth asking back when the request names none. */
  readonly clarifyConfidence: number;
  /** A second candidate is close when its confidence is at least this share of the first's. */
  readonly clarifyRatio: number;
  /** Read misspelt words of an utterance as words of the corpus. */
  readonly readMisspelt: boolean;
  /** Most landmarks of the kernel. */
  readonly landmarks: number;
  /** Above this many questions the hit scorer stands in for kernel ridge. */
  readonly maxRidgeQuestions: number;
  /** Above this many intents the hit scorer stands in for kernel ridge. */
  readonly maxRidgeIntents: number;
}

/** Measured defaults; sources in docs/decisions. */
export const DEFAULT_MATCH_SETTINGS: MatchSettings = {
  outOfScopeShare: 0.25,
  answerConfidence: 0.4,
  clarifyConfidence: 0.3,
  clarifyRatio: 0.75,
  readMisspelt: true,
  landmarks: 1500,
  maxRidgeQuestions: 30_000,
  maxRidgeIntents: 1_000,
};

/** One stored question near an utterance, in matching's words. */
export interface NearQuestion {
  readonly row: number;
  readonly intent: number;
  /** Cosine. */
  readonly similarity: number;
  /** BM25, 0 and above. */
  readonly lexical: number;
}

/** Greatest cosines to counter-examples; −1 where there are none. */
export interface Refusals {
  /** To those that refuse every intent. */
  readonly all: number;
  /** To those that refuse one intent, by its number. */
  readonly ofIntents: ReadonlyMap<number, number>;
}

/** A text whose intent is known with what the index would find for it: a stored question with itself left out, a counter-example, or a labelled utterance. Only the hit scorer needs them. */
export interface Probe {
  readonly kind: 'question' | 'counter_example' | 'labelled';
  readonly text: string;
  /** Undefined for a counter-example, and where none is meant. */
  readonly intent: number | undefined;
  /** Nearest stored questions, the probe itself left out, at least 64 where there are as many. */
  readonly near: readonly NearQuestion[];
  /** As many of other intents than a question's own, what is left when that intent is gone; empty for what is no question. */
  readonly nearOthers: readonly NearQuestion[];
  /** How near the counter-examples are, itself and what says nearly the same left out. */
  readonly refusals: Refusals;
}

/** Number in the place of an intent's where none is meant, or all are refused. */
export const NO_INTENT = -1;

/** Texts that are known to mean an intent. */
export interface LabelledTexts {
  readonly texts: readonly string[];
  /** Intent number of each text. */
  readonly intents: Int32Array;
  /** [texts × dimension], unit length. */
  readonly vectors: Float32Array;
}

/** Answers of intents that have few questions. */
export interface AnswerTexts {
  /** Each answer after its entry's first question: what is trained on. */
  readonly withQuestion: LabelledTexts;
  /** Row of the stored question before each of them. */
  readonly questionRows: Int32Array;
  /** Answers by themselves, a sample: whether they say what their intents are about. */
  readonly alone: LabelledTexts;
}

/**
 * What a scorer and calibrator are fitted from: the corpus alone, its stored questions first. Rows come in canonical order, so that the order
 * of entries changes nothing.
 */
export interface FitInput extends LabelledTexts {
  readonly dimension: number;
  readonly intentCount: number;
  /** The intents' names in words, one each, by intent number; left out where a corpus has none worth reading. */
  readonly names?: LabelledTexts;
  /** Left out where no intent has few questions and an answer of its own. */
  readonly answers?: AnswerTexts;
  /** [texts] 1 for each stored question that the encoder was adapted to: no honest row. Left out where that is not known of any. */
  readonly learnt?: Uint8Array;
  /** Utterances as users type them, none of them stored, that teach the calibrator; NO_INTENT where none is meant. Left out where there are none. */
  readonly labelled?: LabelledTexts;
  readonly counterTexts: readonly string[];
  /** Number of the intent that each counter-example refuses; NO_INTENT where it refuses all. */
  readonly counterIntents: Int32Array;
  /** [counterTexts.length × dimension], unit length. */
  readonly counterVectors: Float32Array;
  readonly settings: MatchSettings;
}

/** What decided. */
export type DecisionRule =
  | 'exact_question'
  | 'exact_question_ambiguous'
  | 'counter_example'
  | 'confidence'
  | 'below_min_confidence'
  | 'close_candidates'
  | 'precision_unreachable'
  | 'no_entry_passes_filter';

/**
 * Where the least confidence of an answer came from: min_confidence or min_precision of the request, of the best intent, or of the corpus, or
 * else the server's default.
 */
export type ThresholdSource = 'request' | 'precision' | 'intent' | 'intent_precision' | 'corpus' | 'corpus_precision' | 'default';

/** What a chatbot should do. */
export type Decision = 'answer' | 'clarify' | 'no_match';
