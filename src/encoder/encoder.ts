/**
 * The encoder's contract: text to unit-length vector.
 * Knows nothing of corpora, indexes or decisions.
 */

/** What an encoder is; the digest names everything that can change a vector. */
export interface EncoderInfo {
  readonly name: string;
  /** `sha256:<hex>` over graph, tokenizer and pooling files. */
  readonly digest: string;
  /** Length of a vector. */
  readonly dimension: number;
  /** Most word pieces read of one text, special ones included; the rest is truncated. */
  readonly maxTokens: number;
  /** `unknown` where a remote encoder has no model folder here; its maxTokens is 0 then where the server tells none. */
  readonly pooling: Pooling | 'unknown';
  /** Where utterances are encoded, e.g. `cpu`, `remote (tei+http)`. */
  readonly device: string;
  /** Where a reload's texts are encoded, where that is another device. */
  readonly bulkDevice?: string;
  /** Inference workers, one session each; of a remote encoder the requests that may be on their way at once. */
  readonly workers: number;
}

/** How word-piece vectors become one (sentence-transformers' pooling modes). */
export type Pooling = 'mean' | 'max' | 'cls' | 'mean_sqrt_len';

/** Milliseconds. */
export interface EncodeTimings {
  readonly tokenizeMs: number;
  readonly queueMs: number;
  readonly encodeMs: number;
}

/** One encoded text. */
export interface Encoding {
  /** [dimension], unit length, finite. */
  readonly vector: Float32Array;
  /** Word pieces read; an estimate where a remote keeps its tokenizer. */
  readonly tokens: number;
  /** The text was longer than maxTokens. */
  readonly truncated: boolean;
  readonly timings: EncodeTimings;
}

/** What a text is to the model. Models trained with prompts put another one before each kind. */
export type TextRole = 'utterance' | 'stored';

/** Calls in the `match` lane go before those in the `bulk` lane. */
export type Lane = 'match' | 'bulk';

/** How one text is encoded. */
export interface EncodeOptions {
  /** Aborted before its batch is formed, the text is dropped and the call rejects with abortError(signal). */
  readonly signal?: AbortSignal;
}

/** How many texts are encoded. */
export interface EncodeAllOptions extends EncodeOptions {
  /** `stored` by default: the questions and counter-examples of a corpus. */
  readonly role?: TextRole;
  /** Called after each batch with the number of texts done. */
  readonly onProgress?: (done: number) => void;
}

/** Whether an encoder behind a network can be used now. */
export interface EncoderReach {
  /** Why it cannot, in words for operators; undefined where it can. */
  readonly problem: string | undefined;
  /** Calls back when the problem changes. @returns what ends that. */
  subscribe(listener: () => void): () => void;
}

/** Encoder in the process (worker threads, one session each, made once) or behind a network. */
export interface Encoder {
  readonly info: EncoderInfo;
  /** Absent where the encoder is in the process, and so always in reach. */
  readonly reach?: EncoderReach;
  /**
   * Encodes one utterance in the match lane. The same text gives the same vector alone and in any company (cosine >= .9999).
   * @throws FaqError resource_exhausted (queue full or remote busy, with retryAfterMs), cancelled, deadline_exceeded, unavailable (closing, or the
   *   remote is away), failed_precondition (the remote serves another model), internal.
   */
  encode(text: string, options?: EncodeOptions): Promise<Encoding>;
  /**
   * Encodes many texts in the bulk lane, which waits rather than refuses and never holds up the match lane for more than one batch per worker.
   * @returns [texts.length × dimension], rows in the order of texts.
   */
  encodeAll(texts: readonly string[], options?: EncodeAllOptions): Promise<Float32Array>;
  /** Whether the model's vocabulary has a word whole, so that it is no misspelling. Absent where the vocabulary is elsewhere. */
  readonly hasWord?: (word: string) => boolean;
  /** Whether the model was adapted to this very text, so that how it encodes it says little of other texts. Absent where that is not known. */
  readonly hasLearnt?: (text: string) => boolean;
  /** Texts waiting in the match lane. */
  readonly waiting: number;
  /** Drains what runs, rejects what waits with `unavailable`, releases sessions and workers. */
  close(): Promise<void>;
}
