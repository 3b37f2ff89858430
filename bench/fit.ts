/** Fitting at reload: one question is added to the large corpus, so that nearly nothing is encoded and everything is fitted anew. */
import { createClient } from '../src/client/client.ts';
import type { BenchContext } from './support/context.ts';
import { loadCorpus, storeCorpus } from './support/load-corpus.ts';
import type { Findings } from './support/report.ts';
import { atMost, short } from './support/report.ts';
import { startServerProcess } from './support/server-process.ts';

/** Reloads the largest corpus with one more question and times the phases. */
export async function fit({ dataDir, workers, sizes, workload, log }: BenchContext): Promise<Findings> {
  const size = sizes.at(-1) ?? 0;
  await storeCorpus({ dataDir, workers, corpus: `bench-${size}`, questions: workload.questions.slice(0, size) });
  log(`fitting ${size} questions`);
  const server = await startServerProcess({ dataDir, workers });
  const client = createClient({ address: server.address });
  try {
    const extra = { text: 'a question that was never stored before', intent: workload.questions[0]?.intent ?? 'extra' };
    const { result, phases } = await loadCorpus(client, `bench-${size}`, [...workload.questions.slice(0, size), extra]);
    const rows = Array.from(phases, ([phase, ms]) => [phase, short(ms / 1000)]);
    const facts = `${result.questions} questions, ${result.intents} intents, ${result.encoded} encoded`;
    return {
      tables: [
        {
          title: `Reload after one changed question (${facts})`,
          heading: ['phase', 's'],
          rows: [...rows, ['all', short(result.durationMs / 1000)]],
        },
      ],
      figures: [atMost('fit, s', (phases.get('fit') ?? Number.NaN) / 1000, 8)],
    };
  } finally {
    client.close();
    await server.stop();
  }
}
