/**
 * Which services can be called now, and why the others cannot.
 * The same facts answer gRPC health checks and /readyz.
 */

/** What decides. */
export interface ServingFacts {
  /** Stored versions are back. */
  readonly restored: boolean;
  /** Why they will not come back; undefined while there is hope. */
  readonly restoreProblem: string | undefined;
  /** One corpus at least has an active version. */
  readonly anyActive: boolean;
  readonly draining: boolean;
  /** Why the store is out of reach, while it is. */
  readonly storeProblem: string | undefined;
  /** Whether matches are answered all the same. */
  readonly servesWithoutStore: boolean;
  /** Why a remote encoder is out of reach, while it is. */
  readonly encoderProblem: string | undefined;
}

/** Services by their full names; "" is the server as a whole. */
export type ServingMap = Readonly<Record<string, boolean>>;

/**
 * An empty server serves its admins, so that they can load the first corpus; chatbots' services wait for it. Without its remote encoder it
 * serves them too: switching versions encodes nothing, and a reload says itself what is wrong.
 * FeedbackService is in the contract and not built yet.
 */
export function serving(facts: ServingFacts): ServingMap {
  const up = facts.restored && !facts.draining;
  const reachable = facts.storeProblem === undefined;
  const encodes = facts.encoderProblem === undefined;
  return {
    '': up,
    'faqmatch.v1.InfoService': up,
    'faqmatch.v1.CorpusAdminService': up && reachable,
    'faqmatch.v1.MatchService': up && facts.anyActive && encodes && (reachable || facts.servesWithoutStore),
    'faqmatch.v1.FaqService': up && facts.anyActive,
    'faqmatch.v1.FeedbackService': false,
  };
}

/** Why Match cannot be called, in words for operators; empty where it can. */
export function notReadyReasons(facts: ServingFacts): readonly string[] {
  if (facts.draining) return ['The server is shutting down.'];
  if (facts.restoreProblem !== undefined) return [`The stored versions could not be opened: ${facts.restoreProblem}`];
  if (!facts.restored) {
    return [facts.storeProblem === undefined ? 'The stored versions are being opened.' : `The store is waited for: ${facts.storeProblem}`];
  }
  if (!facts.anyActive)
    return [
      'No corpus has an active version that this server can use; load one with ReloadCorpus. Versions that another model built are named in the log.',
    ];
  if (facts.storeProblem !== undefined && !facts.servesWithoutStore) return [`The store is out of reach: ${facts.storeProblem}`];
  if (facts.encoderProblem !== undefined) return [`The encoder is out of reach: ${facts.encoderProblem}`];
  return [];
}
