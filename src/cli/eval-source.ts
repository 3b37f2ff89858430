/** What `faqmatch eval` measures: FAQ files and labelled utterances, by corpus name or by path. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { SourceFile } from '../corpus/corpus.ts';
import { isGoldenName } from '../corpus/formats.ts';
import { parseGolden } from '../corpus/parse-corpus.ts';
import { readLocalSource, readSource } from '../corpus/read-source.ts';
import { isRetrievalSet, parseRetrievalSet } from '../corpus/retrieval-set.ts';
import { FaqError, type Fault } from '../errors.ts';
import { isCorpusName } from '../names.ts';
import type { LocatedUtterance } from '../quality/check-golden.ts';

/** Name under which files without a corpus name of their own are built. */
const UNNAMED = 'measured';

/** Files, the name to build them under, and the labelled utterances beside them. */
export interface EvalSource {
  readonly corpus: string;
  readonly files: readonly SourceFile[];
  /** Whether the files are an FAQ retrieval set, whose queries are the rows. */
  readonly retrieval: boolean;
  /** Empty where none are beside the files, or none are asked for. */
  readonly rows: readonly LocatedUtterance[];
}

function requireRows<Row>(rows: readonly Row[] | undefined, faults: readonly Fault[], what: string): readonly Row[] {
  if (rows !== undefined) return rows;
  throw new FaqError('invalid_argument', `${what} was refused.`, { faults });
}

/** Says both places in which a name was looked up. */
function nowhere(name: string, corpusRoot: string, error: unknown): unknown {
  if (!(error instanceof FaqError) || error.code !== 'not_found') return error;
  const message = `Expected a corpus in "${resolve(corpusRoot)}" or a file or folder here, came "${name}", which is neither; check the name, or name the folder of your corpora with --corpus-root.`;
  return new FaqError('not_found', message, { field: 'path', cause: error });
}

/** Files of a corpus by name below the root, or by a path of the user's own. @throws FaqError not_found. */
export async function corpusFiles(corpusOrPath: string, corpusRoot: string): Promise<Pick<EvalSource, 'corpus' | 'files'>> {
  const folder = isCorpusName(corpusOrPath) ? await stat(join(corpusRoot, corpusOrPath)).catch(() => undefined) : undefined;
  if (folder !== undefined) return { corpus: corpusOrPath, files: await readSource({ root: corpusRoot, path: corpusOrPath }) };
  const files = await readLocalSource(corpusOrPath).catch((error: unknown) => {
    throw isCorpusName(corpusOrPath) ? nowhere(corpusOrPath, corpusRoot, error) : error;
  });
  return { corpus: UNNAMED, files };
}

/** How a source is read. */
export interface EvalSourceOptions {
  readonly corpusRoot: string;
  /** Whether the labelled utterances beside the files measure: others do where they are named, and faults of these stand in nobody's way. */
  readonly rowsMeasure: boolean;
}

/**
 * A name is a folder below the corpus root; anything else is a path of the user's own.
 * @throws FaqError not_found, invalid_argument with every fault of the labelled utterances that measure.
 */
export async function evalSource(corpusOrPath: string, { corpusRoot, rowsMeasure }: EvalSourceOptions): Promise<EvalSource> {
  const { corpus, files } = await corpusFiles(corpusOrPath, corpusRoot);
  if (!isRetrievalSet(files)) {
    if (!rowsMeasure) return { corpus, files, retrieval: false, rows: [] };
    const { golden, faults } = parseGolden(files.filter(({ name }) => isGoldenName(name)));
    return { corpus, files, retrieval: false, rows: requireRows(golden, faults, `The golden file of "${corpusOrPath}"`) };
  }
  const { faq, queries, faults } = parseRetrievalSet(files);
  if (!rowsMeasure) return { corpus, files: [faq], retrieval: true, rows: [] };
  const rows = requireRows(queries, faults, `The retrieval set "${corpusOrPath}"`).map(({ relevant, ...query }) => {
    const [intent = '', ...alternatives] = relevant;
    return { ...query, intent, alternatives };
  });
  return { corpus, files: [faq], retrieval: true, rows };
}

/** A file whatever its name, or all golden files of a folder: its other files are no labelled utterances. */
async function goldenFiles(path: string): Promise<readonly SourceFile[]> {
  const files = await readLocalSource(path);
  const isFolder = (await stat(path)).isDirectory();
  // With a named file come the golden files beside it, after it.
  if (!isFolder) return files.slice(0, 1);
  const golden = files.filter(({ name }) => isGoldenName(name));
  if (golden.length > 0) return golden;
  const message = `Expected golden files, such as golden.yaml, in the folder "${path}", came none; name a file.`;
  throw new FaqError('invalid_argument', message);
}

/**
 * Labelled utterances of a file or folder of their own.
 * @throws FaqError not_found, invalid_argument with every fault.
 */
export async function goldenRows(
  path: string,
  onWarning: (warning: Fault) => void = () => undefined,
): Promise<readonly LocatedUtterance[]> {
  const { golden, faults, warnings } = parseGolden(await goldenFiles(path));
  for (const warning of warnings) onWarning(warning);
  return requireRows(golden, faults, `The golden file "${path}"`);
}
