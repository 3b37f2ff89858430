/**
 * Names of collections and aliases, and ids of points:
 *   <prefix>.<corpus>.<version>.<generation>   a version: its questions (id = row number) and its parts (id by name)
 *   <prefix>.<corpus>                          the alias of the active version
 *   <prefix>.<corpus>.next                     the alias of the version that is about to become active
 *   <prefix>._state                            leases and what was active before, one point a corpus
 *   <prefix>._embeddings                       vectors by text
 * A corpus name never begins with "_" and holds no ".", so no two of these can meet. The generation counts the rebuilds of a version whose
 * collection was set aside.
 */
import { createHash } from 'node:crypto';
import { isCorpusName, isVersionName } from '../../names.ts';

/** One version's collection, taken apart. */
export interface VersionCollection {
  readonly name: string;
  readonly corpus: string;
  readonly version: string;
  readonly generation: number;
}

/** What an alias of ours stands for. */
export interface CorpusAlias {
  readonly corpus: string;
  readonly kind: 'active' | 'next';
}

const NEXT = 'next';

/** The names under one prefix. */
export interface QdrantNames {
  readonly state: string;
  readonly embeddings: string;
  alias(corpus: string): string;
  nextAlias(corpus: string): string;
  version(corpus: string, version: string, generation: number): VersionCollection;
  /** The version that a collection holds; undefined for collections of others. */
  parseVersion(collection: string): VersionCollection | undefined;
  /** What an alias stands for; undefined for aliases of others. */
  parseAlias(alias: string): CorpusAlias | undefined;
}

/** Names that begin with a prefix. */
export function qdrantNames(prefix: string): QdrantNames {
  const version = (corpus: string, name: string, generation: number): VersionCollection => ({
    name: `${prefix}.${corpus}.${name}.${generation}`,
    corpus,
    version: name,
    generation,
  });
  const partsOf = (name: string): readonly string[] | undefined =>
    name.startsWith(`${prefix}.`) ? name.slice(prefix.length + 1).split('.') : undefined;
  return {
    state: `${prefix}._state`,
    embeddings: `${prefix}._embeddings`,
    alias: (corpus) => `${prefix}.${corpus}`,
    nextAlias: (corpus) => `${prefix}.${corpus}.${NEXT}`,
    version,
    parseVersion(collection) {
      const [corpus = '', name = '', generation = '', ...more] = partsOf(collection) ?? [];
      const fits = isCorpusName(corpus) && isVersionName(name) && /^[1-9]\d{0,5}$/u.test(generation) && more.length === 0;
      return fits ? version(corpus, name, Number(generation)) : undefined;
    },
    parseAlias(alias) {
      const [corpus = '', next, ...more] = partsOf(alias) ?? [];
      if (!isCorpusName(corpus) || more.length > 0 || (next !== undefined && next !== NEXT)) return undefined;
      return { corpus, kind: next === undefined ? 'active' : 'next' };
    },
  };
}

/** 16 bytes as Qdrant writes ids that are no numbers. */
export function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.subarray(0, 16)).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The id of what has a name: the same on every machine. */
export function idOfName(name: string): string {
  return uuidOf(createHash('sha256').update(name).digest());
}
