/**
 * Before each test file: the threads and processes that its tests start take the scripts that were kept without types (untyped-workers.ts). vitest
 * turns Node's cache off where coverage is measured; it measures none in threads, and this process has started without the cache already.
 */
import { compileCache } from './untyped-workers.ts';

delete process.env.NODE_DISABLE_COMPILE_CACHE;
process.env.NODE_COMPILE_CACHE = compileCache;
