/** What every stored form of a version says of it, as both stores check it when they read. */
import { z } from 'zod';
import { isCorpusName, isVersionName } from '../names.ts';

/** A number of things. */
export const COUNT = z.int().min(0);
/** A digest in hex. */
export const SHA256 = z.string().regex(/^[0-9a-f]{64}$/u);

/** The fields of a VersionManifest (contract.ts), the date as text. */
export const MANIFEST_FIELDS = {
  corpus: z.string().refine(isCorpusName),
  version: z.string().refine(isVersionName),
  createdAt: z.iso.datetime(),
  modelDigest: z.string(),
  dimension: z.int().min(1),
  entries: COUNT,
  questions: COUNT,
  intents: COUNT,
};
