/** What a replica holds in memory of the corpora it serves when the vectors and terms lie elsewhere. Needs --expose-gc. */
import { FaqError } from '../../src/errors.ts';
import type { OpenVersion } from '../../src/index/contract.ts';
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import type { LoadedVersion } from '../../src/versions/contract.ts';
import { loadVersion } from '../../src/versions/loaded-version.ts';
import { createFakeEncoder } from '../../test/support/fake-encoder.ts';
import { openVersionsOnDisk, removeFolder, temporaryFolder } from '../../test/support/versions-on-disk.ts';
import type { ReportTable } from '../support/report.ts';
import { faqFile, type LabelledText, type Workload } from '../support/workload.ts';

const CASES = [
  { corpora: 30, questions: 300 },
  { corpora: 1, questions: 10_000 },
  { corpora: 1, questions: 40_000 },
];

/** As many questions as wanted, all different: past the set's end they get a number. */
function enough(questions: readonly LabelledText[], count: number): readonly LabelledText[] {
  return Array.from({ length: count }, (_, i) => {
    const { text = '', intent = '' } = questions[i % questions.length] ?? {};
    const round = Math.floor(i / questions.length);
    return { text: round === 0 ? text : `${text} ${round}`, intent };
  });
}

/** The version as a replica opens it whose searches go to a database. */
function withoutIndex(open: OpenVersion): OpenVersion {
  const away = async (): Promise<never> => {
    throw new FaqError('unavailable', 'Expected no search while memory is measured.');
  };
  const { manifest, rows } = open;
  const index = { ...open.index, size: open.index.size, dimension: open.index.dimension, search: away, nearestOfGroups: away };
  return { manifest, rows, index, artifactNames: open.artifactNames, artifact: (name) => open.artifact(name), vectors: away };
}

function heldBytes(): number {
  for (let round = 0; round < 4; round += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Writes the corpora with a fake encoder: vectors do not matter here. @returns the version of each. */
async function build(dataDir: string, names: readonly string[], data: Buffer): Promise<readonly string[]> {
  await using server = await openVersionsOnDisk({ dataDir, encoder: createFakeEncoder({ dimension: 384 }) });
  const versions: string[] = [];
  for (const name of names) {
    versions.push((await server.versions.reload(name, [{ name: 'faq.jsonl', data }], { stageOnly: true })).version);
  }
  return versions;
}

/** Bytes that stay when the corpora are opened without their index. */
async function opened(dataDir: string, names: readonly string[], versions: readonly string[]): Promise<number> {
  const store = await openEmbeddedStore({ dataDir });
  try {
    const open = async (i: number) => loadVersion(withoutIndex(await store.open(names[i] ?? '', versions[i] ?? '')));
    const before = heldBytes();
    const held: LoadedVersion[] = [];
    for (const i of names.keys()) held.push(await open(i));
    const bytes = heldBytes() - before;
    // Read after counting, so that nothing was collected before.
    return held.length === names.length ? bytes : Number.NaN;
  } finally {
    await store.close();
  }
}

/** What stays in memory for corpora of different sizes. */
export async function memoryTable(workload: Workload): Promise<ReportTable> {
  const rows: (string | number)[][] = [];
  for (const { corpora, questions } of CASES) {
    const dataDir = await temporaryFolder();
    try {
      const names = Array.from({ length: corpora }, (_, i) => `corpus-${i}`);
      const versions = await build(dataDir, names, faqFile(enough(workload.questions, questions)));
      const bytes = await opened(dataDir, names, versions);
      rows.push([corpora, questions, Math.round(bytes / corpora / 1000), Math.round(bytes / corpora / questions)]);
    } finally {
      await removeFolder(dataDir);
    }
  }
  const heading = ['corpora', 'questions each', 'kB a corpus', 'bytes a question'];
  return { title: 'Memory of a replica without vectors', heading, rows };
}
