/** What `faqmatch eval` measures: FAQ files and golden rows, by corpus name or by path. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GoldenRow, SourceFile } from '../corpus/corpus.ts';
import { CORPUS_NAME } from '../corpus/corpus.ts';
import { parseGolden } from '../corpus/parse-corpus.ts';
import { readLocalSource, readSource } from '../corpus/read-source.ts';
import { FaqError } from '../errors.ts';

/** Name under which files without a corpus name of their own are built. */
const UNNAMED = 'measured';

/** Files and the name to build them under. */
export interface EvalSource {
  readonly corpus: string;
  readonly files: readonly SourceFile[];
}

/** A name is a folder below the corpus root; anything else is a path of the user's own. */
export async function evalSource(corpusOrPath: string, corpusRoot: string): Promise<EvalSource> {
  const folder = CORPUS_NAME.test(corpusOrPath) ? await stat(join(corpusRoot, corpusOrPath)).catch(() => undefined) : undefined;
  if (folder !== undefined) return { corpus: corpusOrPath, files: await readSource({ root: corpusRoot, path: corpusOrPath }) };
  return { corpus: UNNAMED, files: await readLocalSource(corpusOrPath) };
}

/**
 * Golden rows of a file of their own.
 * @throws FaqError invalid_argument with every fault.
 */
export async function goldenRows(path: string): Promise<readonly GoldenRow[]> {
  const files = await readLocalSource(path);
  const named = files.find((file) => path.replaceAll('\\', '/').endsWith(file.name)) ?? files[0];
  const { golden, faults } = parseGolden(named === undefined ? [] : [named]);
  if (golden !== undefined) return golden;
  throw new FaqError('invalid_argument', `The golden file "${path}" was refused.`, { faults });
}
