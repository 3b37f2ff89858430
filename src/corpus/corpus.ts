/**
 * What a corpus is: the parsed, checked and normalised content of FAQ files.
 * Knows nothing of vectors, indexes, versions or transport.
 */

/** What must hold before something is answered. What is left out is for the next one up to say: an intent's corpus, a corpus's server. */
export interface AnswerDemands {
  /** Least confidence of an answer, in [0, 1]. */
  readonly minConfidence?: number | undefined;
  /** Least expected precision of answers, in [0, 1]. */
  readonly minPrecision?: number | undefined;
}

/** What a corpus says of itself as a whole; what is left out is the server's. */
export interface CorpusSettings extends AnswerDemands {
  /** Expected share of out-of-scope traffic, in (0, 1). */
  readonly outOfScopeShare?: number | undefined;
}

/** One FAQ item. Texts are normalised (text/normalise.ts); questions are distinct under exactKey within the entry. */
export interface Entry {
  /** Unique in its corpus. */
  readonly id: string;
  /** The label a chatbot acts on; the id where the file gives none. */
  readonly intent: string;
  /** At least one; the canonical question first. */
  readonly questions: readonly string[];
  /** Empty where the file gives none. */
  readonly answer: string;
  /** BCP 47; empty where the file gives none. */
  readonly locale: string;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  /** Utterances that this entry must not answer. */
  readonly counterExamples: readonly string[];
  /** Demands on answers of its intent; entries of one intent never disagree. Left out where the file gives none. */
  readonly demands?: AnswerDemands | undefined;
}

/** What a user typed, and what is meant by it. */
export interface LabelledRow {
  readonly utterance: string;
  /** null: none of the intents is meant. */
  readonly intent: string | null;
}

/** A corpus: immutable content of a version. */
export interface Corpus {
  /** In the files' order. */
  readonly entries: readonly Entry[];
  /** Utterances that must be refused. */
  readonly counterExamples: readonly string[];
  /** They measure and never fit. */
  readonly golden: readonly LabelledRow[];
  /** They teach confidence: utterances as they come, none of them stored as a question or counter-example, each once. Left out where the files give none. */
  readonly calibration?: readonly LabelledRow[] | undefined;
  /** Left out where the files give none. */
  readonly settings?: CorpusSettings | undefined;
}

/** One file as bytes, before anything is known of it. */
export interface SourceFile {
  /** Name with its ending, relative to the corpus, forward slashes. */
  readonly name: string;
  readonly data: Uint8Array;
  /** Why it could not be read, with what to do; its data is empty then. Only a golden file has it: without an FAQ file nothing is read. */
  readonly unreadable?: string;
}
