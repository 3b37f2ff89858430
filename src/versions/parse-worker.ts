/**
 * The worker thread that parses FAQ files: ten thousand questions of YAML take a second, in which no match could be answered.
 */
import type { SourceFile } from '../corpus/corpus.ts';
import { corpusFingerprint } from '../corpus/fingerprint.ts';
import { parseCorpus } from '../corpus/parse-corpus.ts';
import type { ParsedFiles } from './build-lanes.ts';
import { serveJobs } from './worker-jobs.ts';

serveJobs<readonly SourceFile[], ParsedFiles>(async (files) => {
  const { corpus, faults, warnings } = parseCorpus(files);
  return { result: { corpus, faults, warnings, fingerprint: corpus === undefined ? '' : corpusFingerprint(corpus) } };
});
