/**
 * The out-of-scope share of what chatbots ask just now, corpus by corpus, in bounded memory: counts of posteriors, no texts. It is told and
 * never applied.
 */
import { type ToldShare, toldShare } from '../../matching/out-of-scope-share.ts';

/** One answered utterance. */
export interface ObservedUtterance {
  readonly corpus: string;
  /** Counting begins anew where it is another one than before: another corpus has another share. */
  readonly version: string;
  /** Out-of-scope share that the version's confidences are made for. */
  readonly fittedShare: number;
  /** Probability that none of the intents is meant. */
  readonly none: number;
}

/** What was seen of a version. */
export interface RunningShare {
  /** Of at most NEWS fewer than those seen; undefined below LEAST_UTTERANCES. */
  readonly share: ToldShare | undefined;
  /** Utterances that it rests on. */
  readonly utterances: number;
}

/** Estimates of all corpora of a server. */
export interface RunningShares {
  observe(utterance: ObservedUtterance): void;
  /** Nothing seen where the version is not the one last observed. */
  estimate(corpus: string, version: string): RunningShare;
}

/** Fewer tell nothing worth a number. */
export const LEAST_UTTERANCES = 200;
/** Counts are halved here, so that last month's traffic fades: the estimate rests on some ten to twenty thousand utterances. */
const FADING_FROM = 20_000;
/** An estimate takes milliseconds, and a console may ask for those of many corpora every few seconds: one is told until so many more, as a share, are seen. */
const NEWS = 0.05;
/** A bin keeps the mean of its posteriors, so that little is lost. */
const BINS = 200;

interface Seen {
  readonly version: string;
  readonly fittedShare: number;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  total: number;
  /** What was told last, and how many were seen since. */
  told?: ToldShare;
  news: number;
}

function fade(seen: Seen): void {
  seen.total /= 2;
  for (let bin = 0; bin < BINS; bin += 1) {
    seen.counts[bin] = (seen.counts[bin] as number) / 2;
    seen.sums[bin] = (seen.sums[bin] as number) / 2;
  }
}

function shareOfAll({ counts, sums, fittedShare }: Seen): ToldShare {
  const bins = Array.from(counts.keys()).filter((bin) => (counts[bin] as number) > 0);
  const none = bins.map((bin) => (sums[bin] as number) / (counts[bin] as number));
  const weights = bins.map((bin) => counts[bin] as number);
  return toldShare({ none, weights, fittedShare });
}

function shareOf(seen: Seen): RunningShare {
  const utterances = Math.round(seen.total);
  if (utterances < LEAST_UTTERANCES) return { share: undefined, utterances };
  // Counted by itself: where counts fade, their sum comes back to what it was.
  if (seen.told === undefined || seen.news >= NEWS * seen.total) {
    seen.told = shareOfAll(seen);
    seen.news = 0;
  }
  return { share: seen.told, utterances };
}

/** Nothing seen yet. About 3 KB a corpus. */
export function createRunningShares(): RunningShares {
  const byCorpus = new Map<string, Seen>();
  return {
    observe({ corpus, version, fittedShare, none }) {
      let seen = byCorpus.get(corpus);
      if (seen === undefined || seen.version !== version) {
        seen = { version, fittedShare, counts: new Float64Array(BINS), sums: new Float64Array(BINS), total: 0, news: 0 };
        byCorpus.set(corpus, seen);
      }
      const bin = Math.min(BINS - 1, Math.floor(none * BINS));
      seen.counts[bin] = (seen.counts[bin] as number) + 1;
      seen.sums[bin] = (seen.sums[bin] as number) + none;
      seen.total += 1;
      seen.news += 1;
      if (seen.total >= FADING_FROM) fade(seen);
    },
    estimate(corpus, version) {
      const seen = byCorpus.get(corpus);
      return seen?.version === version ? shareOf(seen) : { share: undefined, utterances: 0 };
    },
  };
}
