/** The same corpus in the embedded index and in a real Qdrant, both ready to match with one encoder. */
import { join } from 'node:path';
import type { Match, MatchCall } from '../../src/answering/match-answer.ts';
import { createMatch } from '../../src/composition.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { VersionStore } from '../../src/index/contract.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { openQdrantStore } from '../../src/index/qdrant/qdrant-store.ts';
import { DEFAULT_QDRANT_SETTINGS, type QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { DEFAULT_MATCH_SETTINGS } from '../../src/matching/contract.ts';
import type { ReloadResult, Versions } from '../../src/versions/contract.ts';
import { createVersions } from '../../src/versions/create-versions.ts';
import { openEmbeddingCache } from '../../src/versions/embedding-cache.ts';
import { openEncoder } from '../../src/wiring/open-encoder.ts';
import { type QdrantServer, startQdrant } from '../../test/support/qdrant-server.ts';
import type { BenchContext } from '../support/context.ts';
import { spreadEncoder, spreadQuestions } from '../support/spread-encoder.ts';
import { faqFile } from '../support/workload.ts';

/** One store with the corpus active in it. */
export interface Side {
  readonly name: string;
  readonly match: Match;
  readonly versions: Versions;
  readonly reloaded: ReloadResult;
}

/** Everything, open. */
export interface TwoStores extends AsyncDisposable {
  readonly embedded: Side;
  readonly qdrant: Side;
  readonly encoder: Encoder;
  readonly server: Pick<QdrantServer, 'url' | 'pid'>;
}

/** The corpus that both hold. */
export const CORPUS = 'bench';

/** A call that asks for what a chatbot asks for. */
export function callOf(utterance: string): MatchCall {
  return { corpus: CORPUS, utterance, topK: 5, minConfidence: undefined, filter: undefined, explain: false, version: undefined };
}

async function openSide(
  name: string,
  parts: { readonly store: VersionStore; readonly encoder: Encoder; readonly cacheDir: string },
  files: Buffer,
): Promise<Side> {
  const { store, encoder, cacheDir } = parts;
  const cache = openEmbeddingCache({ dataDir: cacheDir, model: encoder.info });
  const versions = createVersions({ store, encoder, cache, settings: DEFAULT_MATCH_SETTINGS });
  await versions.restore();
  const reloaded = await versions.reload(CORPUS, [{ name: 'faq.jsonl', data: files }]);
  return { name, versions, reloaded, match: createMatch({ encoder, versions, settings: DEFAULT_MATCH_SETTINGS }) };
}

/** Starts a Qdrant of its own and loads the corpus into both stores. */
export async function openTwoStores(context: BenchContext, questions: number, changes: Partial<QdrantSettings> = {}): Promise<TwoStores> {
  const { config } = loadConfig({ flags: { encoderWorkers: context.workers } });
  const real = await openEncoder(config, { onProblem: context.log });
  const encoder = spreadEncoder(real);
  const server = await startQdrant();
  const cacheDir = join(context.dataDir, 'two-stores');
  const files = faqFile(spreadQuestions(context.workload.questions, questions));
  context.log(`${questions} questions into the embedded index`);
  const embeddedStore = await openEmbeddedStore({ dataDir: join(context.dataDir, `embedded-${questions}`) });
  const embedded = await openSide('embedded', { store: embeddedStore, encoder, cacheDir }, files);
  context.log(`${questions} questions into Qdrant`);
  const qdrantStore = openQdrantStore({ ...DEFAULT_QDRANT_SETTINGS, urls: [server.url], ...changes });
  const qdrant = await openSide('Qdrant', { store: qdrantStore, encoder, cacheDir }, files);
  return {
    embedded,
    qdrant,
    encoder,
    server,
    async [Symbol.asyncDispose]() {
      await embedded.versions.close();
      await qdrant.versions.close();
      await real.close();
      await server.dispose();
    },
  };
}
