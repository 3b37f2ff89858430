/** Puts questions onto a server as a corpus and times the phases of that reload. */
import type { FaqmatchClient } from '../../src/client/client.ts';
import { createClient } from '../../src/client/client.ts';
import type { ReloadResult } from '../../src/client/messages.ts';
import { startServerProcess } from './server-process.ts';
import type { LabelledText } from './workload.ts';
import { faqFile } from './workload.ts';

/** What a reload took. */
export interface TimedReload {
  readonly result: ReloadResult;
  /** Milliseconds of each phase, from its first event to the next phase's. */
  readonly phases: ReadonlyMap<string, number>;
}

/** Reloads inline and waits for the result. */
export async function loadCorpus(client: FaqmatchClient, corpus: string, questions: readonly LabelledText[]): Promise<TimedReload> {
  const phases = new Map<string, number>();
  let phase = 'read';
  let since = performance.now();
  for await (const { event } of client.reload({ corpus, source: { inline: { format: 'jsonl', data: faqFile(questions) } } })) {
    const now = performance.now();
    const next = event?.$case === 'progress' ? event.value.phase : 'end';
    if (next !== phase) {
      phases.set(phase, (phases.get(phase) ?? 0) + now - since);
      phase = next;
      since = now;
    }
    if (event?.$case === 'result') return { result: event.value, phases };
  }
  throw new Error(`the reload of ${corpus} ended without a result`);
}

/** Makes sure that a data directory holds the corpus; one that is there already is neither encoded nor fitted again. */
export async function storeCorpus(wanted: {
  readonly dataDir: string;
  readonly workers: number;
  readonly corpus: string;
  readonly questions: readonly LabelledText[];
}): Promise<void> {
  const server = await startServerProcess(wanted);
  const client = createClient({ address: server.address });
  try {
    await loadCorpus(client, wanted.corpus, wanted.questions);
  } finally {
    client.close();
    await server.stop();
  }
}
