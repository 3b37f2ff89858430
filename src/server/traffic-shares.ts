/** Answers of chatbots into the running out-of-scope shares, and these beside each corpus. */
import type { MatchAnswer, MatchCall } from '../answering/match-answer.ts';
import { createRunningShares, type RunningShare } from '../quality/traffic/running-share.ts';
import type { CorpusStatus, Versions } from '../versions/contract.ts';

/** What the match desk tells and the listings read. */
export interface TrafficShares {
  observe(call: MatchCall, answer: MatchAnswer): void;
  of(status: CorpusStatus): RunningShare;
}

/** A filter, a context or another version gives posteriors that are not about the active version's whole corpus. */
function isPlain({ filter, context, version }: MatchCall): boolean {
  const inContext = context !== undefined && (context.previousIntent !== '' || context.previousEntryId !== '');
  return filter === undefined && !inContext && version === undefined;
}

/** Shares of one server; they begin anew at a start. */
export function createTrafficShares(versions: Pick<Versions, 'active'>): TrafficShares {
  const shares = createRunningShares();
  return {
    observe(call, { versions: { corpus: version }, noneConfidence: none }) {
      const active = versions.active(call.corpus);
      // Switched in between, or built by a release that did not say what for.
      if (!isPlain(call) || active?.version !== version || active.outOfScopeShare === undefined) return;
      shares.observe({ corpus: call.corpus, version, fittedShare: active.outOfScopeShare, none });
    },
    of: ({ corpus, activeVersion }) => shares.estimate(corpus, activeVersion ?? ''),
  };
}
