/**
 * A constant load of chatbots that know every replica: calls begin at fixed times whether or not the ones before were answered, each goes to the
 * next replica in turn, and one that fails is tried once more, at the replica after. Every answer is checked for mixed versions.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type FaqmatchClient } from '../../src/client/client.ts';
import { FaqError } from '../../src/errors.ts';

/** Only the grown version has it, so an answer that names it must come from there. */
export const MARKER = 'does the marker of the grown version answer';
const MARKER_EVERY = 10;

/** What happened to the calls that began in one phase. */
export interface PhaseCount {
  readonly name: string;
  /** From its begin to the next phase's. */
  ms: number;
  /** Milliseconds of each match that was answered, its retry included. */
  readonly latencies: number[];
  matches: number;
  failedOnce: number;
  failedTwice: number;
  mixed: number;
  /** What first tries were told, by how often. */
  readonly reasons: Map<string, number>;
}

/** What to load. */
export interface LoadPlan {
  readonly addresses: readonly string[];
  readonly corpus: string;
  readonly utterances: readonly string[];
  readonly perSecond: number;
  /** The version with the marker; undefined before there is one. */
  readonly grown: () => string | undefined;
}

/** A load under way. */
export interface ChatbotLoad {
  /** Counts what begins from now on as another phase. */
  phase(name: string): void;
  /** Waits for the last answers. */
  stop(): Promise<readonly PhaseCount[]>;
}

function emptyPhase(name: string): PhaseCount {
  return { name, ms: 0, latencies: [], matches: 0, failedOnce: 0, failedTwice: 0, mixed: 0, reasons: new Map() };
}

function reasonOf(thrown: unknown): string {
  const error = FaqError.from(thrown);
  return `${error.code} ${error.reason ?? ''} ${error.message.split(/ after |[:(]/u)[0] ?? ''}`;
}

/** One match with its one retry. */
function createCaller(clients: readonly FaqmatchClient[], { corpus, utterances, grown }: LoadPlan) {
  async function ask(number: number, place: number, phase: PhaseCount): Promise<void> {
    const client = clients[place % clients.length];
    if (client === undefined) throw new FaqError('internal', 'There is no replica to call.');
    const marked = number % MARKER_EVERY === 0;
    const utterance = marked ? MARKER : (utterances[number % utterances.length] ?? '');
    const answer = await client.match({ corpus, utterance });
    const named = answer.candidates[0]?.matchedQuestion === MARKER;
    if (marked && named && grown() === undefined) return;
    if (marked && named !== (answer.versions?.corpus === grown())) phase.mixed += 1;
  }
  return async (number: number, phase: PhaseCount): Promise<void> => {
    const start = performance.now();
    phase.matches += 1;
    try {
      await ask(number, number, phase).catch(async (error: unknown) => {
        phase.failedOnce += 1;
        phase.reasons.set(reasonOf(error), (phase.reasons.get(reasonOf(error)) ?? 0) + 1);
        await ask(number, number + 1, phase);
      });
      phase.latencies.push(performance.now() - start);
    } catch (error) {
      phase.failedTwice += 1;
      const told = `after the retry: ${reasonOf(error)}`;
      phase.reasons.set(told, (phase.reasons.get(told) ?? 0) + 1);
    }
  };
}

/** Begins to call. The clients try nothing again by themselves and do not wait for a replica that is away: every retry is counted here. */
export function startChatbots(plan: LoadPlan): ChatbotLoad {
  const clients = plan.addresses.map((address) => createClient({ address, waitForServer: false, retry: { attempts: 1 } }));
  const call = createCaller(clients, plan);
  const phases: PhaseCount[] = [];
  const inFlight = new Set<Promise<void>>();
  let going = true;
  let since = performance.now();

  function endPhase(): void {
    const last = phases.at(-1);
    if (last !== undefined) last.ms = performance.now() - since;
    since = performance.now();
  }
  async function run(): Promise<void> {
    const start = performance.now();
    for (let number = 0; going; number += 1) {
      await sleep(Math.max(0, start + (1000 * number) / plan.perSecond - performance.now()));
      const phase = phases.at(-1);
      if (phase === undefined) continue;
      const work = call(number, phase).finally(() => inFlight.delete(work));
      inFlight.add(work);
    }
  }
  const running = run();
  return {
    phase(name) {
      endPhase();
      phases.push(emptyPhase(name));
    },
    async stop() {
      going = false;
      endPhase();
      await running;
      await Promise.all(inFlight);
      for (const client of clients) client.close();
      return phases;
    },
  };
}
