/**
 * Every setting with its type, range, default and meaning. docs/configuration.md is made from this file.
 */
import * as z from 'zod';
import { DEFAULT_MODEL, ENCODER_DEFAULTS } from '../encoder/defaults.ts';
import { DEVICE_CHOICES, DEVICE_FALLBACKS } from '../encoder/device.ts';
import { parseRemoteAddress, REMOTE_ADDRESS_FORM } from '../encoder/remote/address.ts';
import { DEFAULT_REMOTE_SETTINGS } from '../encoder/remote/settings.ts';
import { ANN_FROM_ROWS } from '../index/embedded/ann-threshold.ts';
import { DEFAULT_QDRANT_SETTINGS } from '../index/qdrant/settings.ts';
import { DEFAULT_MATCH_SETTINGS } from '../matching/contract.ts';
import { DEFAULT_SERVER_LIMITS } from '../server/options.ts';
import type { SettingFacts } from './setting.ts';
import { fraction, headerKey, hostAndPort, listenAddress, settingFacts, text, urlList, wholeNumber, yesOrNo } from './setting.ts';

/** Where Qdrant listens by its own default, on this machine. */
const DEFAULT_QDRANT_URL = 'http://127.0.0.1:6333';

function described<T extends z.ZodType>(schema: T, facts: SettingFacts): T {
  settingFacts.add(schema, facts);
  return schema;
}

const network = {
  grpcAddress: described(listenAddress().default('127.0.0.1:50051'), {
    description:
      'Where the server listens for gRPC. The default is loopback only: there is no authentication yet. Port 0 lets the system choose one.',
    placeholder: 'host:port or unix:/path',
  }),
  httpAddress: described(hostAndPort().default('127.0.0.1:8080'), {
    description: 'Where the server answers /livez and /readyz over HTTP.',
    placeholder: 'host:port',
  }),
  address: described(listenAddress().optional(), {
    description: 'The server that client commands (match, lookup, reload, ...) call. Unset, it is grpcAddress.',
    placeholder: 'host:port',
  }),
  drainMs: described(wholeNumber(0, 600_000).default(10_000), {
    description: 'On SIGTERM, how many milliseconds calls in flight may take to finish before they are cut off.',
    placeholder: 'ms',
  }),
};

const storage = {
  dataDir: described(text().default('./data'), {
    description: 'Where versions and computed embeddings are kept. One server at a time: the folder is locked.',
    placeholder: 'path',
  }),
  corpusRoot: described(text().default('./faq-data'), {
    description: 'Folder of FAQ files, one folder per corpus. A reload by path reads nothing outside it.',
    placeholder: 'path',
  }),
  index: described(z.enum(['embedded', 'qdrant'], 'embedded or qdrant').default('embedded'), {
    description:
      'Where versions are kept and searched: in this process and dataDir (embedded), or in Qdrant, which several replicas share (qdrant).',
  }),
  annFromRows: described(wholeNumber(1, 1_000_000_000).default(ANN_FROM_ROWS), {
    description:
      'Stored questions from which a version of the embedded index gets a search graph (HNSW) and is searched through it. Below, every question is compared. The graph is built at a reload; a stored one is used or not at the next start. A number above any corpus means always exact.',
    placeholder: 'questions',
  }),
  keptVersions: described(wholeNumber(2, 1000).default(5), {
    description: 'Stored versions kept of each corpus, the active one among them; older ones are deleted after a reload.',
  }),
};

const qdrant = {
  qdrantUrl: described(urlList().default([DEFAULT_QDRANT_URL]), {
    description:
      'Addresses of Qdrant, one a node, separated by commas; the next is tried where one does not answer. Qdrant 1.16 or newer. For https with a certificate authority of your own, name its file in NODE_EXTRA_CA_CERTS.',
    environment: 'QDRANT_URL',
    placeholder: 'url,url',
  }),
  qdrantApiKey: described(headerKey().optional(), {
    description: 'Key for Qdrant, with the right to manage collections. Never printed.',
    environment: 'QDRANT_API_KEY',
    secret: true,
    placeholder: 'key',
  }),
  qdrantPrefix: described(
    text()
      .regex(/^[a-z0-9][a-z0-9_-]{0,31}$/u, '1 to 32 of a-z, 0-9, "-" and "_", beginning with a letter or digit')
      .default(DEFAULT_QDRANT_SETTINGS.prefix),
    {
      description:
        'Begins the name of every collection and alias. Replicas that share corpora share it; other services on the same Qdrant take another.',
    },
  ),
  qdrantTimeoutMs: described(wholeNumber(10, 600_000).default(DEFAULT_QDRANT_SETTINGS.timeoutMs), {
    description: "Longest wait for one node's answer to a search before the next node is tried, or the match refused as UNAVAILABLE.",
    placeholder: 'ms',
  }),
  qdrantReplicationFactor: described(wholeNumber(1, 64).default(DEFAULT_QDRANT_SETTINGS.replicationFactor), {
    description: 'Copies of each shard, for collections made from now on. 2 or more in a cluster, so that a node may die.',
  }),
  qdrantShards: described(wholeNumber(1, 1_000).default(DEFAULT_QDRANT_SETTINGS.shards), {
    description: 'Shards of each collection made from now on. More than one pays above a million questions a corpus.',
  }),
  qdrantHnswFrom: described(wholeNumber(1_000, 1_000_000_000).default(DEFAULT_QDRANT_SETTINGS.hnswFromQuestions), {
    description:
      'From this many questions on a version is searched by an HNSW graph whose recall is measured when it is built; below, exactly.',
    placeholder: 'questions',
  }),
  qdrantQuantise: described(yesOrNo().default(DEFAULT_QDRANT_SETTINGS.quantise), {
    description:
      'With HNSW: int8 copies of the vectors in memory, the originals on disk, and the best hits rescored with the originals. A quarter of the memory.',
  }),
  qdrantServeFromMemory: described(yesOrNo().default(DEFAULT_QDRANT_SETTINGS.serveFromMemory), {
    description:
      "Keep a copy of the active versions' vectors in this process and answer from it while Qdrant is away. Costs about 2 KB a question.",
  }),
};

const model = {
  model: described(text().default(DEFAULT_MODEL), {
    description:
      'The encoder: the name of a shipped model, a folder (./path or absolute), hub:org/name@revision, or remote, for what encoderUrl serves and no folder here has. Changing it means reloading every corpus.',
  }),
  modelCache: described(text().optional(), {
    description: 'Where models from the hub are kept. Unset, it is the folder models in dataDir.',
    placeholder: 'path',
  }),
  offline: described(yesOrNo().default(false), { description: 'Never ask the hub; only models already in modelCache can be used.' }),
  device: described(z.enum(DEVICE_CHOICES, 'cpu, cuda, webgpu or auto').default(ENCODER_DEFAULTS.device), {
    description:
      'Where utterances are encoded. cuda needs an NVIDIA GPU and the CUDA build of onnxruntime-node, webgpu a GPU driver with Vulkan, Direct3D 12 or Metal; auto takes the first of cuda, webgpu and cpu that opens.',
  }),
  bulkDevice: described(z.enum(DEVICE_CHOICES, 'cpu, cuda, webgpu or auto').optional(), {
    description:
      'Where the texts of a reload are encoded, so that a reload may run on the GPU while matches stay on the CPU. Unset, it is device. Its vectors are held to those of device at the start.',
  }),
  deviceFallback: described(z.enum(DEVICE_FALLBACKS, 'warn or refuse').default(ENCODER_DEFAULTS.deviceFallback), {
    description: 'Where cuda or webgpu is asked for and does not open: one warning and the CPU instead (warn), or no start (refuse).',
  }),
  truncateDim: described(wholeNumber(0, 65_536).default(0), {
    description:
      'Numbers kept of each vector, for models trained so that the first ones suffice (Matryoshka). 0 keeps all. Changing it means reloading every corpus.',
    placeholder: 'numbers',
  }),
  queryPrompt: described(z.string('a prompt').min(1, 'a prompt').optional(), {
    description:
      'What goes before each utterance: the name of a prompt of the model, none, or a text in double quotes such as "query: ". Unset, the prompt query of the model, else its default one. Changing it means reloading every corpus.',
    placeholder: 'prompt',
  }),
  storedPrompt: described(z.string('a prompt').min(1, 'a prompt').optional(), {
    description:
      'What goes before each stored question, likewise. Unset, the prompt document, passage or corpus of the model, else its default one.',
    placeholder: 'prompt',
  }),
  encoderWorkers: described(wholeNumber(0, 64).default(0), {
    description: 'Inference threads, one session each (about 150 MB of memory a piece). 0 takes one per processor, at most 4.',
  }),
  maxBatchTokens: described(wholeNumber(16, 1_000_000).default(ENCODER_DEFAULTS.maxBatchTokens), {
    description:
      'Padded word pieces of one encoder batch. Greater ones hold utterances up that come during a reload, which gains nothing by them on a CPU; a GPU takes 16,384 at least.',
  }),
  maxQueue: described(wholeNumber(1, 1_000_000).default(ENCODER_DEFAULTS.maxWaiting), {
    description: 'Utterances that may wait for the encoder; further ones are refused with RESOURCE_EXHAUSTED and a time to wait.',
  }),
};

const remoteEncoder = {
  encoderUrl: described(
    text()
      .refine((value) => parseRemoteAddress(value) !== undefined, REMOTE_ADDRESS_FORM)
      .optional(),
    {
      description:
        'A server that encodes instead of this process: text-embeddings-inference over HTTP (tei+http, tei+https) or gRPC (tei+grpc, tei+grpcs), or any OpenAI-compatible /v1/embeddings (openai+http, openai+https). It must serve the model that model names: at the start its vectors are compared with that folder.',
      placeholder: 'url',
    },
  ),
  encoderApiKey: described(headerKey().optional(), {
    description: 'Key for encoderUrl, sent as a bearer token. Never printed.',
    secret: true,
    placeholder: 'key',
  }),
  encoderModel: described(text().optional(), {
    description:
      'Name of the model there. OpenAI-compatible servers must be told it; of text-embeddings-inference it is the model_id expected.',
    placeholder: 'name',
  }),
  encoderTimeoutMs: described(wholeNumber(10, 600_000).default(DEFAULT_REMOTE_SETTINGS.timeoutMs), {
    description: "Longest wait for the answer to an utterance's request before it is tried again. A reload waits 30 s at least.",
    placeholder: 'ms',
  }),
  encoderRetries: described(wholeNumber(0, 20).default(DEFAULT_REMOTE_SETTINGS.retries), {
    description:
      'Further tries of an utterance where the remote encoder is busy, fails, or cannot be reached; the wait between doubles. A reload tries six times more, over about half a minute.',
  }),
  encoderBatchSize: described(wholeNumber(1, 2_048).default(DEFAULT_REMOTE_SETTINGS.batchSize), {
    description: 'Most texts of one request. Where text-embeddings-inference says that it takes fewer, fewer are sent.',
    placeholder: 'texts',
  }),
  encoderInFlight: described(wholeNumber(1, 256).default(DEFAULT_REMOTE_SETTINGS.inFlight), {
    description: 'Most requests on their way at once. Texts wait for a free one, so that batches form when there is much to do.',
    placeholder: 'requests',
  }),
};

const limits = {
  maxUtteranceChars: described(wholeNumber(1, 1_000_000).default(DEFAULT_SERVER_LIMITS.maxUtteranceChars), {
    description: 'Characters (Unicode code points) of an utterance; longer ones are refused.',
  }),
  maxTopK: described(wholeNumber(1, 1000).default(DEFAULT_SERVER_LIMITS.maxTopK), {
    description: 'Most candidates that one request may ask for.',
  }),
  maxBatchRequests: described(wholeNumber(1, 10_000).default(DEFAULT_SERVER_LIMITS.maxBatchRequests), {
    description: 'Most requests of one MatchBatch.',
  }),
  maxStreamInFlight: described(wholeNumber(1, 10_000).default(DEFAULT_SERVER_LIMITS.maxStreamInFlight), {
    description: 'Requests of one MatchStream worked on at once; past it the stream is read more slowly.',
  }),
};

const matching = {
  outOfScopeShare: described(fraction('open').default(DEFAULT_MATCH_SETTINGS.outOfScopeShare), {
    description:
      'Share of traffic that none of the intents answers, where a corpus names no out_of_scope_share of its own. Part of a version: higher means more NO_MATCH after the next reload. `faqmatch eval --traffic` estimates it from what users typed.',
  }),
  answerConfidence: described(fraction('closed').default(DEFAULT_MATCH_SETTINGS.answerConfidence), {
    description:
      'Confidence from which the decision may be ANSWER where neither the request, nor the best intent, nor the corpus names a min_confidence or min_precision.',
  }),
  clarifyConfidence: described(fraction('closed').default(DEFAULT_MATCH_SETTINGS.clarifyConfidence), {
    description: 'Confidence from which close candidates are worth asking back (CLARIFY) where no min_confidence is in force.',
  }),
  clarifyRatio: described(fraction('closed').default(DEFAULT_MATCH_SETTINGS.clarifyRatio), {
    description:
      "A second candidate is close when its confidence is at least this share of the first one's. Asked between are then as many as hold the right intent nine times in ten, up to four.",
  }),
  readMisspelt: described(yesOrNo().default(DEFAULT_MATCH_SETTINGS.readMisspelt), {
    description:
      "Read a word that neither the corpus nor the model's vocabulary has as the corpus's word one typing slip away. Part of a version, as the others here are. Without effect where the vocabulary is elsewhere (a remote model without a folder).",
  }),
};

const other = {
  logLevel: described(
    z
      .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], 'fatal, error, warn, info, debug, trace or silent')
      .default('info'),
    {
      description: 'Least weight of a log line. Utterances are never logged at info and above.',
    },
  ),
  evalData: described(text().optional(), {
    description: 'Where public test sets lie; only the benchmark and evaluations read it.',
    placeholder: 'path',
  }),
};

/** Settings by the headings of the documentation. */
export const SETTING_GROUPS = {
  Network: network,
  'Storage and corpora': storage,
  Qdrant: qdrant,
  Encoder: model,
  'Remote encoder': remoteEncoder,
  Limits: limits,
  Matching: matching,
  Other: other,
} as const;

/** The one schema. */
export const configSchema = z.strictObject({
  ...network,
  ...storage,
  ...qdrant,
  ...model,
  ...remoteEncoder,
  ...limits,
  ...matching,
  ...other,
});

/** All settings, checked. */
export type Config = Readonly<z.output<typeof configSchema>>;

/** Name of a setting, as the config file writes it. */
export type SettingName = keyof Config;

/** Every setting's name, in the order of the documentation. */
export const SETTING_NAMES: readonly SettingName[] = configSchema.keyof().options;
