/**
 * `qdrant-match`: a match through Qdrant beside a match through the embedded index, same process, same encoder, same corpus, in turns;
 * and whether both decide alike.
 */
import type { MatchAnswer } from '../../src/answering/match-answer.ts';
import { summariseLatency } from '../../src/quality/latency.ts';
import type { BenchContext } from '../support/context.ts';
import { median } from '../support/median.ts';
import { atLeast, atMost, type Findings, short } from '../support/report.ts';
import { tripSteps } from './trip.ts';
import { callOf, openTwoStores, type Side, type TwoStores } from './two-stores.ts';

/** Callers of the throughput figure. */
const CALLERS = 32;
/** Calls of one side before the other's turn: each finds the processor's caches as its own calls left them, as in a server of one store. */
const TURN = 20;
const COMPARED = 500;
/** The narrowest walk that a version may have been given; the record keeps its own, an open index does not tell. */
const GRAPH_WALK = 64;
/** Searched exactly, and by the graph. */
const SIZES = [10_000, 100_000];

async function timed(side: Side, utterance: string): Promise<number> {
  const start = performance.now();
  await side.match(callOf(utterance));
  return performance.now() - start;
}

/** One caller, the two sides in turns of some calls. @returns milliseconds of each. */
async function inTurn({ embedded, qdrant }: TwoStores, utterances: readonly string[], calls: number) {
  const times = { embedded: [] as number[], qdrant: [] as number[] };
  for (let first = 0; first < calls; first += TURN) {
    const turn = Array.from({ length: TURN }, (_, place) => utterances[(first + place) % utterances.length] ?? '');
    for (const utterance of turn) times.embedded.push(await timed(embedded, utterance));
    for (const utterance of turn) times.qdrant.push(await timed(qdrant, utterance));
  }
  return times;
}

/** Matches a second with many callers. */
async function throughput(side: Side, utterances: readonly string[], ms: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  const caller = async (first: number): Promise<void> => {
    for (let number = first; performance.now() - start < ms; number += CALLERS) {
      await side.match(callOf(utterances[number % utterances.length] ?? ''));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, first) => caller(first)));
  return (1000 * done) / (performance.now() - start);
}

function differs(
  left: MatchAnswer,
  right: MatchAnswer,
): { readonly decision: boolean; readonly confidence: number; readonly similarity: number } {
  const [a, b] = [left.candidates[0], right.candidates[0]];
  const same = left.decision === right.decision && a?.intent === b?.intent;
  return {
    decision: !same,
    confidence: same ? Math.abs((a?.confidence ?? 0) - (b?.confidence ?? 0)) : 0,
    similarity: same ? Math.abs((a?.similarity ?? 0) - (b?.similarity ?? 0)) : 0,
  };
}

async function compare({ embedded, qdrant }: TwoStores, utterances: readonly string[]) {
  const compared = utterances.slice(0, COMPARED);
  let decisions = 0;
  let confidence = 0;
  let similarity = 0;
  for (const utterance of compared) {
    const difference = differs(await embedded.match(callOf(utterance)), await qdrant.match(callOf(utterance)));
    if (difference.decision) decisions += 1;
    confidence = Math.max(confidence, difference.confidence);
    similarity = Math.max(similarity, difference.similarity);
  }
  return { same: 1 - decisions / compared.length, confidence, similarity };
}

async function measure(context: BenchContext, questions: number): Promise<Findings> {
  await using stores = await openTwoStores(context, questions);
  const { utterances } = context.workload;
  const { embedded, qdrant } = stores;
  context.log('one caller');
  await inTurn(stores, utterances, 100);
  const times = await inTurn(stores, utterances, 400);
  const [one, other] = [summariseLatency(times.embedded), summariseLatency(times.qdrant)];
  context.log(`${CALLERS} callers`);
  const rates: { embedded: number; qdrant: number }[] = [];
  for (let round = 0; round < context.rounds; round += 1) {
    rates.push({
      embedded: await throughput(embedded, utterances, context.phaseMs),
      qdrant: await throughput(qdrant, utterances, context.phaseMs),
    });
  }
  const share = median(rates.map((rate) => rate.qdrant / rate.embedded));
  context.log('the same decisions');
  const alike = await compare(stores, utterances);
  context.log('one trip in parts');
  const { kind, recallAt10 } = qdrant.reloaded.method;
  const trip = await tripSteps(stores, utterances, { method: { kind, recallAt10, ef: GRAPH_WALK }, quantised: false });
  const method = `${qdrant.reloaded.method.kind}, recall@10 ${qdrant.reloaded.method.recallAt10.toFixed(4)}`;
  const row = (side: Side, latency: typeof one, method: string) => {
    const rate = median(rates.map((each) => (side === embedded ? each.embedded : each.qdrant)));
    return [side.name, short(latency.p50), short(latency.p95), short(latency.p99), short(rate), method] as const;
  };
  return {
    tables: [
      {
        title: `Match through Qdrant and embedded, ${questions} questions (${context.workload.source})`,
        heading: ['', 'p50 ms', 'p95 ms', 'p99 ms', `matches/s, ${CALLERS} callers`, 'searched'],
        rows: [row(embedded, one, embedded.reloaded.method.kind), row(qdrant, other, method)],
      },
      { ...trip, title: `${trip.title}, ${questions} questions` },
    ],
    figures: [
      atMost(`${questions}: p50 through Qdrant less embedded p50, ms`, other.p50 - one.p50, 3),
      atLeast(`${questions}: throughput against embedded, ${CALLERS} callers`, share, 0.8),
      atLeast(`${questions}: same decision and intent, ${COMPARED} utterances`, alike.same, 0.99),
      atLeast(`${questions}: recall@10`, qdrant.reloaded.method.recallAt10, 0.99),
      // A graph may miss a question, and then a confidence moves; what it finds has its exact cosine all the same.
      ...(qdrant.reloaded.method.kind === 'exact'
        ? [atMost(`${questions}: greatest difference of confidence`, alike.confidence, 1e-4)]
        : []),
      atMost(`${questions}: greatest difference of similarity`, alike.similarity, 1e-5),
    ],
  };
}

/** 10,000 questions searched exactly, 100,000 by the graph. */
export async function qdrantMatch(context: BenchContext): Promise<Findings> {
  const findings: Findings[] = [];
  for (const questions of SIZES) findings.push(await measure(context, questions));
  return { tables: findings.flatMap(({ tables }) => tables), figures: findings.flatMap(({ figures }) => figures) };
}
