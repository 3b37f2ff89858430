/**
 * `npm run bench`: what the service costs beside its encoder, measured in one run on this machine.
 *   --quick            shorter, with 300 and 2,000 questions
 *   --workers <n>      inference threads of the server and bare encoders compared; 1 by default
 *   --rate <n>         matches a second of qdrant-cluster, all callers together; 30 by default
 *   --only <name>      encoder-vs-match, match-path, embedded-search, restart or fit; and, only so, batch-tokens, remote-encoder, devices and those that start a
 *                      qdrant program of PATH: qdrant-match, qdrant-upsert, qdrant-switch, qdrant-cluster, qdrant-layouts
 *   --case <text>      of qdrant-layouts: the case of that title, e.g. 'shared, 1000 × 30', or else all whose title holds the text
 *   --json             JSON lines instead of markdown
 * FAQMATCH_EVAL_DATA names the folder of public sets to take the texts from; without it they come from templates.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/config/load-config.ts';
import { batchTokens } from './batch-tokens.ts';
import { devices } from './devices.ts';
import { embeddedSearch } from './embedded-search.ts';
import { encoderVsMatch } from './encoder-vs-match.ts';
import { fit } from './fit.ts';
import { matchPath } from './match-path.ts';
import { qdrantCluster } from './qdrant/cluster-run.ts';
import { qdrantMatch } from './qdrant/match.ts';
import { qdrantSwitch } from './qdrant/switch.ts';
import { qdrantUpsert } from './qdrant/upsert.ts';
import { qdrantLayouts } from './qdrant-layouts.ts';
import { remoteEncoder } from './remote-encoder.ts';
import { restart } from './restart.ts';
import type { BenchContext } from './support/context.ts';
import type { Findings } from './support/report.ts';
import { printFindings } from './support/report.ts';
import { loadWorkload } from './support/workload.ts';

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    workers: { type: 'string', default: '1' },
    rate: { type: 'string', default: '30' },
    only: { type: 'string' },
    case: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

/** Run when they are named: they need a Qdrant server's program, or answer a question that few have. */
const NAMED_BENCHMARKS: Readonly<Record<string, (context: BenchContext) => Promise<Findings>>> = {
  'batch-tokens': batchTokens,
  'remote-encoder': remoteEncoder,
  devices,
  'qdrant-match': qdrantMatch,
  'qdrant-upsert': qdrantUpsert,
  'qdrant-switch': qdrantSwitch,
  'qdrant-cluster': qdrantCluster,
  'qdrant-layouts': qdrantLayouts,
};

const BENCHMARKS: Readonly<Record<string, (context: BenchContext) => Promise<Findings>>> = {
  'encoder-vs-match': encoderVsMatch,
  'match-path': matchPath,
  'embedded-search': embeddedSearch,
  restart,
  fit,
};

const dataDir = mkdtempSync(join(tmpdir(), 'faqmatch-bench-'));
const context: BenchContext = {
  workload: loadWorkload(loadConfig().config.evalData),
  quick: flags.quick,
  onlyCase: flags.case,
  sizes: flags.quick ? [300, 2000] : [300, 10_000],
  workers: Number(flags.workers),
  matchesPerSecond: Number(flags.rate),
  rounds: flags.quick ? 2 : 5,
  phaseMs: flags.quick ? 1000 : 2500,
  warmUpMs: flags.quick ? 3000 : 20_000,
  dataDir,
  log: (line) => console.error(`bench: ${line}`),
};
try {
  if (!flags.json)
    console.log(`## Benchmark: ${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, Node ${process.versions.node}`);
  const named = flags.only === undefined ? undefined : NAMED_BENCHMARKS[flags.only];
  if (named !== undefined) printFindings(await named(context), flags.json);
  for (const [name, run] of Object.entries(BENCHMARKS)) {
    if (flags.only === undefined || flags.only === name) printFindings(await run(context), flags.json);
  }
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
