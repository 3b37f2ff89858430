/** The part of the WebAssembly API that this folder uses; TypeScript knows it from the DOM library alone, which a server does not load. */
// biome-ignore lint/style/noNamespace: WebAssembly is a namespace in the platform itself
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Memory {
    constructor(descriptor: { readonly initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: unknown;
  }
}
