/** The stored files of a measurement: public files as they are, or fewer questions of them. */
import { join } from 'node:path';
import type { Corpus, SourceFile } from '../../src/corpus/corpus.ts';
import { parseCorpus } from '../../src/corpus/parse-corpus.ts';
import { readLocalSource } from '../../src/corpus/read-source.ts';
import { FaqError } from '../../src/errors.ts';

/** Public files below a folder, named apart where two have one name. @throws FaqError not_found. */
export async function storedFiles(paths: readonly string[], root: string): Promise<readonly SourceFile[]> {
  const files: SourceFile[] = [];
  for (const path of paths)
    files.push(...(await readLocalSource(join(root, path))).map((file) => ({ ...file, name: `${files.length}-${file.name}` })));
  return files;
}

/** The same files as one corpus. @throws FaqError not_found; invalid_argument where the files have faults. */
export async function storedCorpus(paths: readonly string[], root: string): Promise<Corpus> {
  const { corpus } = parseCorpus(await storedFiles(paths, root));
  if (corpus === undefined) throw new FaqError('invalid_argument', `Expected FAQ files without faults in ${paths.join(', ')}.`);
  return corpus;
}
