/**
 * Whether the store can be reached, for health and for those who wait.
 */

/** The state and who listens to it. */
export interface StoreReach {
  /** Why it is out of reach; undefined where it is not. */
  readonly problem: string | undefined;
  set(problem: string | undefined): void;
  subscribe(listener: () => void): () => void;
}

/** In reach until someone says otherwise. */
export function createStoreReach(): StoreReach {
  let problem: string | undefined;
  const listeners = new Set<() => void>();
  return {
    get problem() {
      return problem;
    },
    set(next) {
      if (problem === next) return;
      problem = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
