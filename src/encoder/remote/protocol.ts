/**
 * What the rest of the remote encoder needs from a protocol: facts of the server, and vectors for texts.
 * One file per protocol implements it; each throws RemoteTrouble and nothing else that means something.
 */

/** What a server says of itself. */
export interface RemoteFacts {
  /** Its name of the model. */
  readonly model: string;
  /** Commit, number format and the like; empty where it tells none. */
  readonly revision: string;
  /** Most word pieces it reads of a text. */
  readonly maxTokens: number | undefined;
  /** Most texts it takes in one request. */
  readonly maxBatch: number | undefined;
}

/** An open way to one server. No call sets a time limit of its own: the signal is the limit. */
export interface RemoteProtocol {
  /** @throws RemoteTrouble. */
  describe(signal: AbortSignal): Promise<RemoteFacts>;
  /**
   * Vectors as the server gave them, in the order of the texts: not yet counted, measured or normalised; what was no number is NaN.
   * @throws RemoteTrouble; where one text is refused, all are.
   */
  embed(texts: readonly string[], signal: AbortSignal): Promise<readonly Float32Array[]>;
  close(): void;
}
