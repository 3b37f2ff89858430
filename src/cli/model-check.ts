/** What `faqmatch model check` looks at in a model folder: bytes first, then form, then the vectors themselves. */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { LEARNT_TEXTS_FILE } from '../encoder/learnt-texts.ts';
import { hashFiles } from '../encoder/model-digest.ts';
import { MANIFEST, type ModelManifest, readModelJson } from '../encoder/model-files.ts';
import { MANIFEST_FILE, type ModelFolder, readModelFolder } from '../encoder/model-folder.ts';
import { createEncoder, type OnnxEncoder } from '../encoder/onnx-encoder.ts';
import { FaqError } from '../errors.ts';
import type { Finding } from './doctor-checks.ts';
import { fail, ok, warn } from './doctor-checks.ts';
import { type Parity, type ParityRow, parityRows, readParity, shortVector } from './model-parity.ts';
import { fittingPooling, whoPools } from './model-pooling.ts';

/** Least cosine of a row: what training.export asks of int8 storage before it writes a folder. */
const LEAST_REFERENCE = 0.99;
/** One text, one vector, whatever company it is encoded in. */
const LEAST_COMPANY = 0.9999;
/** Files that cannot change a vector and so are not listed in faqmatch.json. */
const UNLISTED = new Set(['README.md', 'LICENSE', 'parity.json', LEARNT_TEXTS_FILE, MANIFEST_FILE]);
/** Characters of a text that a report repeats. */
const SHOWN = 40;

const COPY_AGAIN = 'Copy the folder again; after a wanted change export it anew.';
/** Without checksums a copy cannot be told from a change; a graph's output or another prompt are what else it may be. */
const NO_POOLING_FITS =
  'parity.json was made by other weights, with another prompt or length, or read from another output of the graph: export the model and its parity.json together (training/export).';

async function filesOf(folder: string): Promise<readonly string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

/** Each listed file against its checksum, every difference named; then files that nobody lists. */
async function checkFiles(folder: string, manifest: ModelManifest | undefined): Promise<readonly Finding[]> {
  if (manifest === undefined) return [warn('files', 'no faqmatch.json, so there are no checksums to hold the files to')];
  const wrong: string[] = [];
  for (const [file, expected] of Object.entries(manifest.files)) {
    const sums = await hashFiles(folder, [file]).catch((error: unknown) => FaqError.from(error));
    if (sums instanceof FaqError) wrong.push(sums.reason === 'MODEL_INCOMPLETE' ? `${file} is missing` : `${file} cannot be read`);
    else if (sums[file] !== expected) wrong.push(`${file} differs from its checksum`);
  }
  const listed = Object.keys(manifest.files);
  const findings = [wrong.length === 0 ? ok('files', `${listed.length} as listed`) : fail('files', wrong.join('; '), COPY_AGAIN)];
  const strange = (await filesOf(folder)).filter((file) => !listed.includes(file) && !UNLISTED.has(file));
  if (strange.length > 0) findings.push(warn('files', `not listed in faqmatch.json: ${strange.join(', ')}`));
  return findings;
}

/** @param next what to do about a vector that is not the reference's. */
function rowFindings(rows: readonly ParityRow[], next: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, { text, reference, company }] of rows.entries()) {
    const said = JSON.stringify(text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);
    const name = `parity ${index + 1}`;
    if (!(reference >= LEAST_REFERENCE))
      findings.push(fail(name, `${said}: cosine ${reference.toFixed(4)} to the reference, expected ${LEAST_REFERENCE}`, next));
    else if (!(company >= LEAST_COMPANY))
      findings.push(fail(name, `${said}: cosine ${company.toFixed(5)} alone to in a batch, expected ${LEAST_COMPANY}`, 'Export it anew.'));
  }
  if (findings.length > 0) return findings;
  const references = rows.map(({ reference }) => reference);
  const mean = references.reduce((sum, value) => sum + value, 0) / rows.length;
  const detail = `${rows.length} texts, cosine to the reference mean ${mean.toFixed(5)}, least ${Math.min(...references).toFixed(5)}`;
  return [ok('parity', `${detail}; alone to in a batch least ${Math.min(...rows.map(({ company }) => company)).toFixed(7)}`)];
}

/** A folder that is checked, and what opened it. */
interface Checked {
  readonly model: ModelFolder;
  readonly encoder: OnnxEncoder;
  /** The folder has no faqmatch.json: nothing says that its pooling config is the one its graph was exported with. */
  readonly isPlain: boolean;
}

/** The rows; or, where another pooling gives the reference, that one fault in their place. */
async function parityFindings(parity: Parity, { model, encoder, isPlain }: Checked): Promise<readonly Finding[]> {
  const rows = await parityRows(parity, encoder);
  const off = rows.filter(({ reference }) => !(reference >= LEAST_REFERENCE));
  if (off.length === 0 || !isPlain) return rowFindings(rows, COPY_AGAIN);
  if (encoder.pooledByGraph) return rowFindings(rows, `The graph pools by itself. ${NO_POOLING_FITS}`);
  const fitting = await fittingPooling(model, parity, LEAST_REFERENCE);
  if (fitting === undefined) return rowFindings(rows, `No other pooling gives the reference either. ${NO_POOLING_FITS}`);
  const least = Math.min(...off.map(({ reference }) => reference)).toFixed(4);
  const detail = `${off.length} of ${rows.length} texts are not as the reference with ${model.pooling} pooling (least cosine ${least}), and all are with ${fitting.pooling} (least ${fitting.cosine.toFixed(4)})`;
  return [
    fail('pooling', detail, `Set "pooling_mode": "${fitting.pooling}" in the pooling config (1_Pooling/config.json) and no other mode.`),
  ];
}

function absentParity({ encoder, isPlain }: Checked): Finding {
  const absent = 'no parity.json, so the vectors cannot be held to a reference';
  if (!isPlain) return warn('parity', absent);
  const unknown = encoder.pooledByGraph ? 'which pooling the graph does' : `whether ${encoder.info.pooling} pooling is right`;
  return warn('parity', `${absent}: ${unknown} is not known`, 'training/export writes one; or compare "faqmatch encode" with Python.');
}

/** The folder's form, a session over its graph, and every parity row. */
async function checkVectors(folder: string, isPlain: boolean): Promise<readonly Finding[]> {
  const model = await readModelFolder(folder);
  const found = [ok('model', `${model.name}, ${model.dimension} dimensions, ${model.digest.slice(0, 19)}`)];
  const encoder = await createEncoder({ model, workers: 1, maxCharacters: Number.MAX_SAFE_INTEGER });
  try {
    found.push(ok('inference', `vectors of ${encoder.info.dimension} numbers on ${encoder.info.device}, ${whoPools(encoder)}`));
    const parity = await readParity(folder);
    if (parity === undefined) return [...found, absentParity({ model, encoder, isPlain })];
    const damage = typeof parity === 'string' ? parity : shortVector(parity, encoder.info.dimension);
    if (typeof parity === 'string' || damage !== undefined) return [...found, fail('parity', String(damage), COPY_AGAIN)];
    return [...found, ...(await parityFindings(parity, { model, encoder, isPlain }))];
  } finally {
    await encoder.close();
  }
}

/**
 * Looks at a model folder from its bytes to its vectors. What follows from a failure is left out.
 * @throws FaqError not_found where there is no such folder.
 */
export async function checkModelFolder(folder: string): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  try {
    const manifest = await readModelJson(folder, MANIFEST_FILE, MANIFEST);
    found.push(...(await checkFiles(folder, manifest)));
    if (found.every(({ state }) => state !== 'fail')) found.push(...(await checkVectors(folder, manifest === undefined)));
  } catch (thrown) {
    const error = FaqError.from(thrown);
    if (error.code === 'not_found') throw error;
    const detail = error.code === 'internal' && error.cause instanceof Error ? error.cause.message : error.message;
    found.push(fail('model', detail, ''));
  }
  return found;
}
