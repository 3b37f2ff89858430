/** A worker whose GPU gives the CPU's vectors. */
import { serveLikeGpu } from './serve-like-gpu.ts';

await serveLikeGpu(0);
