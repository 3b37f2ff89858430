/**
 * Versions that are not active and were asked for by name, kept open for the next to ask: least recently used goes first.
 */
import type { LoadedVersion } from './contract.ts';

/** Open versions beside the active ones. */
export interface OpenedVersions {
  /** Opens at most once at a time, however many ask. @throws what opening throws; a failure is not remembered. */
  get(corpus: string, version: string): Promise<LoadedVersion>;
  /** Keeps a version that was opened elsewhere. */
  put(loaded: LoadedVersion): void;
  forget(corpus: string, version: string): void;
  /** Whether someone asked for it of late and may still be reading. */
  inUse(corpus: string, version: string): boolean;
}

/** How versions are opened and how long they are kept. */
export interface OpenedVersionsOptions {
  readonly open: (corpus: string, version: string) => Promise<LoadedVersion>;
  /** Most versions kept open; 4 by default: each may hold a hundred megabytes, and asking by name is rare. */
  readonly capacity?: number;
  /** How long after the last call a version counts as being read; 60 s by default, longer than any deadline in use. */
  readonly graceMs?: number;
  /** Milliseconds; the clock's by default. */
  readonly now?: () => number;
}

interface Opened {
  readonly loaded: LoadedVersion;
  readonly usedAt: number;
}

/** Starts empty. */
export function createOpenedVersions(options: OpenedVersionsOptions): OpenedVersions {
  const { open, capacity = 4, graceMs = 60_000, now = () => performance.now() } = options;
  // A Map keeps the order of insertion: first is least recently used.
  const byName = new Map<string, Opened>();
  const nameOf = (corpus: string, version: string): string => `${corpus}/${version}`;

  // Apart from what is open, so that names that do not open push nothing out.
  const opening = new Map<string, Promise<LoadedVersion>>();

  function keep(loaded: LoadedVersion): LoadedVersion {
    const name = nameOf(loaded.corpus, loaded.version);
    byName.delete(name);
    byName.set(name, { loaded, usedAt: now() });
    for (const oldest of byName.keys()) {
      if (byName.size <= capacity) break;
      byName.delete(oldest);
    }
    return loaded;
  }

  return {
    async get(corpus, version) {
      const name = nameOf(corpus, version);
      const opened = byName.get(name);
      if (opened !== undefined) return keep(opened.loaded);
      const begun = opening.get(name) ?? open(corpus, version);
      opening.set(name, begun);
      try {
        const loaded = await begun;
        // Unless it was forgotten, or put, while it was being opened.
        if (opening.get(name) === begun) keep(loaded);
        return loaded;
      } finally {
        if (opening.get(name) === begun) opening.delete(name);
      }
    },
    put: (loaded) => {
      opening.delete(nameOf(loaded.corpus, loaded.version));
      keep(loaded);
    },
    forget: (corpus, version) => {
      opening.delete(nameOf(corpus, version));
      byName.delete(nameOf(corpus, version));
    },
    inUse(corpus, version) {
      const name = nameOf(corpus, version);
      const opened = byName.get(name);
      return opening.has(name) || (opened !== undefined && now() - opened.usedAt < graceMs);
    },
  };
}
