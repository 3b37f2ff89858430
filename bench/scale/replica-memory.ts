/** What a replica holds in its own memory: texts, exact texts and scorer of every corpus it serves. Vectors lie in the database. */
import type { Inputs } from './inputs.ts';
import type { Workload } from './workload.ts';

/** MB of one corpus. A ridge is measured at two sizes and taken as a straight line between and beyond them. */
export function corpusMb(inputs: Inputs, questions: number): number {
  if (questions > inputs.ridgeQuestions) return (questions * inputs.replicaBytesPerQuestion) / 1e6;
  const slope = (inputs.ridgeMbAt10000 - inputs.ridgeMbAt300) / (10_000 - 300);
  return inputs.ridgeMbAt300 + slope * (questions - 300);
}

/** GB of a replica that serves no corpus yet. */
export function emptyReplicaGb({ replicaMb, workerMb, encoderWorkers }: Inputs): number {
  return (replicaMb + workerMb * (encoderWorkers - 1)) / 1000;
}

/** Corpora that one replica can serve: as many as its memory holds, and one process may have. Less than 1: not even one. */
export function corporaPerReplica(inputs: Inputs, questions: number): number {
  const byMemory = ((inputs.replicaGb - emptyReplicaGb(inputs)) * 1000) / corpusMb(inputs, questions);
  return questions > inputs.ridgeQuestions ? byMemory : Math.min(byMemory, inputs.corporaPerProcess);
}

/** How corpora are dealt out. */
export interface Groups {
  /** Groups of like replicas; every replica of a group serves the same corpora. */
  readonly count: number;
  /** Why a replica cannot serve a single corpus; the count then says what memory alone would take. */
  readonly problem: string | undefined;
  /** GB of one replica. */
  readonly replicaGb: number;
}

/** One group while a replica holds all corpora, else as many as it takes, with room for uneven hashing. */
export function groupsOf(inputs: Inputs, { corpora, questions }: Workload): Groups {
  const most = corporaPerReplica(inputs, questions);
  const empty = emptyReplicaGb(inputs);
  if (questions > inputs.questionsPerCorpus || most < 1) {
    const problem = questions > inputs.questionsPerCorpus ? 'its texts exceed one string' : 'its texts exceed a replica';
    return { count: 1, problem, replicaGb: empty + (corpora * corpusMb(inputs, questions)) / 1000 };
  }
  const count = corpora <= most ? 1 : Math.ceil((corpora * inputs.groupImbalance) / most);
  const held = count === 1 ? corpora : Math.min(corpora, (corpora / count) * inputs.groupImbalance);
  return { count, problem: undefined, replicaGb: empty + (held * corpusMb(inputs, questions)) / 1000 };
}
