/** Where the module of a worker thread lies: beside the one that starts it, in the sources and in what was built. */

/** @param name without its ending. @param base `import.meta.url` of the module beside it. */
export function workerScript(name: string, base: string): URL {
  return new URL(`./${name}.${base.endsWith('.ts') ? 'ts' : 'js'}`, base);
}
