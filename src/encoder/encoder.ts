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
  readonly pooling: Pooling;
  /** Where utterances are encoded, e.g. `cpu`. */
  readonly device: string;
  /** Where a reload's texts are encoded, where that is another device. */
  readonly bulkDevice?: string;
  /** Inference workers, one session each. */
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
  /** Word pieces read. */
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

/** Encoder in the process: worker threads, one session each, made once. */
export interface Encoder {
  readonly info: EncoderInfo;
  /**
   * Encodes one utterance in the match lane. The same text gives the same vector alone and in any company (cosine >= .9999).
   * @throws FaqError resource_exhausted (queue full, with retryAfterMs), cancelled, deadline_exceeded, unavailable (closing), internal.
   */
  encode(text: string, options?: EncodeOptions): Promise<Encoding>;
  /**
   * Encodes many texts in the bulk lane, which waits rather than refuses and never holds up the match lane for more than one batch per worker.
   * @returns [texts.length × dimension], rows in the order of texts.
   */
  encodeAll(texts: readonly string[], options?: EncodeAllOptions): Promise<Float32Array>;
  /** Texts waiting in the match lane. */
  readonly waiting: number;
  /** Drains what runs, rejects what waits with `unavailable`, releases sessions and workers. */
  close(): Promise<void>;
}
