/** faqmatch over a remote encoder: the answers of the encoder in the process, and what happens while the remote is away. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { DEMO_CORPORA } from '../../src/cli/demo.ts';
import { createClient, type FaqmatchClient } from '../../src/client/client.ts';
import type { Encoder } from '../../src/encoder/encoder.ts';
import { type ModelFolder, readModelFolder } from '../../src/encoder/model-folder.ts';
import { createEncoder } from '../../src/encoder/onnx-encoder.ts';
import type { MatchResponse } from '../../src/generated/faqmatch/v1/match.ts';
import { startEmbeddingServer } from '../support/embedding-server.ts';
import { freePorts } from '../support/free-ports.ts';
import { SHIPPED_MODEL, tinyModel } from '../support/model-fixtures.ts';
import { openRemote, REMOTE_KINDS } from '../support/remote-encoders.ts';
import { eventually } from '../support/replica.ts';
import { makeCertificate, whyNoCertificate } from '../support/self-signed-certificate.ts';
import { putDemoCorpus, serveReal } from '../support/served.ts';
import { startServerProcess } from '../support/server-process.ts';

let model: ModelFolder;
let local: Encoder;
beforeAll(async () => {
  model = await readModelFolder(SHIPPED_MODEL);
  local = await createEncoder({ model, workers: 1 });
});
afterAll(() => local.close());

interface Answer {
  readonly utterance: string;
  readonly decision: number;
  readonly intents: readonly string[];
  readonly confidences: readonly number[];
}

function answerOf(utterance: string, { decision, candidates }: MatchResponse): Answer {
  return {
    utterance,
    decision,
    intents: candidates.map(({ intent }) => intent),
    confidences: candidates.map(({ confidence }) => confidence),
  };
}

function goldenOf(corpus: string): readonly string[] {
  const text = readFileSync(new URL(`../../faq-data/${corpus}/golden.yaml`, import.meta.url), 'utf8');
  return (parse(text) as readonly { readonly utterance: string }[]).map(({ utterance }) => utterance);
}

async function answersOf(client: FaqmatchClient, corpus: string, utterances: readonly string[]): Promise<readonly Answer[]> {
  const outcomes = await client.matchBatch(utterances.map((utterance) => ({ corpus, utterance, topK: 3 })));
  return outcomes.map(({ response }, row) => {
    if (response === undefined) throw new Error(`No answer to ${utterances[row]}.`);
    return answerOf(utterances[row] ?? '', response);
  });
}

/** Loads demo corpora into a server over an encoder and asks their golden utterances. */
async function demoAnswers(
  encoder: Encoder,
  corpora: readonly string[],
): Promise<{ versions: readonly string[]; answers: readonly Answer[] }> {
  await using served = await serveReal({ encoder, entries: null });
  const client = createClient({ address: served.address, deadlineMs: 60_000 });
  const versions: string[] = [];
  const answers: Answer[] = [];
  for (const corpus of corpora) {
    await putDemoCorpus(served, corpus);
    for await (const { event } of client.reload({ corpus, source: { path: corpus } })) {
      if (event?.$case === 'result') versions.push(event.value.version);
    }
    answers.push(...(await answersOf(client, corpus, goldenOf(corpus))));
  }
  client.close();
  return { versions, answers };
}

describe('a server over a remote encoder', () => {
  let expected: Awaited<ReturnType<typeof demoAnswers>>;
  beforeAll(async () => {
    expected = await demoAnswers(local, DEMO_CORPORA);
  }, 120_000);

  it.each([
    ['tei+http', DEMO_CORPORA],
    ['tei+grpc', DEMO_CORPORA.slice(0, 1)],
    ['openai+http', DEMO_CORPORA.slice(0, 1)],
  ] as const)(
    'over %s decides as one over the same model in the process, on every golden utterance of %s',
    async (kind, corpora) => {
      await using remote = await startEmbeddingServer(kind, local);
      // Time enough for a busy machine: this is about answers.
      const encoder = await openRemote(remote, { model, settings: { timeoutMs: 30_000 } });
      try {
        const found = await demoAnswers(encoder, corpora);
        // A version's name is a hash of all that can change an answer: the same content over the same model is the same version.
        expect(found.versions).toEqual(expected.versions.slice(0, corpora.length));
        expect(found.answers.length).toBeGreaterThan(120 * corpora.length - 1);
        for (const [row, { confidences, ...answer }] of found.answers.entries()) {
          const { confidences: wanted, ...same } = expected.answers[row] ?? { confidences: [] };
          expect(answer).toEqual(same);
          for (const [place, confidence] of confidences.entries()) expect(confidence).toBeCloseTo(wanted[place] ?? -1, 3);
        }
      } finally {
        await encoder.close();
      }
    },
    120_000,
  );
});

describe('faqmatch serve with FAQMATCH_ENCODER_URL', () => {
  let tiny: Encoder;
  beforeAll(async () => {
    tiny = await createEncoder({ model: await readModelFolder(tinyModel('tiny-mean')), workers: 1 });
  });
  afterAll(() => tiny.close());

  it('starts without it, serves when it is there, says when it is away, and goes on when it is back', async () => {
    const [port = 0] = await freePorts(1);
    const environment = { FAQMATCH_ENCODER_URL: `tei+http://127.0.0.1:${port}`, FAQMATCH_ENCODER_API_KEY: 'hunter2' };
    await using process = await startServerProcess({ environment });
    const ready = async (): Promise<boolean> => (await process.ready()).status === 200;
    const reload = async (): Promise<void> => {
      for await (const _ of process.client.reload({ corpus: 'delivery', source: { path: 'delivery' } }));
    };
    const match = () => process.client.match({ corpus: 'delivery', utterance: 'where is my parcel' });
    expect(JSON.stringify(process.log)).toContain('The server starts without it');

    const first = await startEmbeddingServer('tei+http', tiny, { port });
    await eventually(
      'a reload succeeds',
      () =>
        reload().then(
          () => true,
          () => false,
        ),
      20_000,
    );
    await eventually('it is ready', ready, 20_000);
    expect((await match()).versions?.model).toBe(tiny.info.digest);
    expect(first.authorization).toBe('Bearer hunter2');

    await first[Symbol.asyncDispose]();
    await expect(match()).rejects.toMatchObject({ code: 'unavailable', reason: 'REMOTE_UNREACHABLE' });
    await eventually('readiness says so', async () => (await process.ready()).status === 503, 20_000);
    expect((await process.ready()).reasons).toContain('The encoder is out of reach: The remote encoder cannot be reached');

    await using _second = await startEmbeddingServer('tei+http', tiny, { port });
    await eventually('it is ready again', ready, 20_000);
    expect((await match()).versions?.model).toBe(tiny.info.digest);
    expect(await process.stop()).toBe(0);
    expect(JSON.stringify(process.log)).not.toContain('hunter2');
  }, 90_000);

  it.for(REMOTE_KINDS)(
    'reaches one with TLS over %s, trusted by NODE_EXTRA_CA_CERTS and not without',
    { timeout: 60_000 },
    async (kind, context) => {
      const reason = whyNoCertificate();
      if (reason !== undefined) return context.skip(reason);
      const folder = await mkdtemp(join(tmpdir(), 'faqmatch-tls-'));
      try {
        const tls = await makeCertificate(folder);
        await using remote = await startEmbeddingServer(kind, tiny, { tls });
        const environment = { FAQMATCH_ENCODER_URL: remote.url, FAQMATCH_ENCODER_MODEL: 'tiny-mean' };
        {
          await using trusting = await startServerProcess({ environment: { ...environment, NODE_EXTRA_CA_CERTS: tls.certificate } });
          for await (const _ of trusting.client.reload({ corpus: 'delivery', source: { path: 'delivery' } }));
          expect((await trusting.ready()).status).toBe(200);
        }
        const requests = remote.requests.length;
        const model = await readModelFolder(tinyModel('tiny-mean'));
        const wary = openRemote(remote, { model, settings: { model: 'tiny-mean' } });
        await expect(wary).rejects.toMatchObject({ code: 'unavailable', reason: 'REMOTE_UNTRUSTED' });
        expect(remote.requests).toHaveLength(requests);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );

  it('does not start over another model', async () => {
    await using remote = await startEmbeddingServer('tei+grpc', local);
    const started = startServerProcess({ environment: { FAQMATCH_ENCODER_URL: remote.url } });
    await expect(started).rejects.toThrow(/Expected vectors of 32 numbers, got 384/u);
  }, 60_000);

  it('takes the remote model as it is where FAQMATCH_MODEL is "remote"', async () => {
    await using remote = await startEmbeddingServer('openai+http', tiny);
    const environment = { FAQMATCH_MODEL: 'remote', FAQMATCH_ENCODER_URL: remote.url, FAQMATCH_ENCODER_MODEL: 'tiny-mean' };
    await using process = await startServerProcess({ environment });
    for await (const _ of process.client.reload({ corpus: 'delivery', source: { path: 'delivery' } }));
    const { model: info } = await process.client.getInfo();
    expect(info).toMatchObject({ name: 'tiny-mean', dimension: 32, pooling: 'unknown', device: 'remote (openai+http)' });
    const answer = await process.client.match({ corpus: 'delivery', utterance: 'where is my parcel' });
    expect(answer.versions?.model).toBe(info?.digest);
    expect(info?.digest).not.toBe(tiny.info.digest);
  }, 60_000);
});
