/** A worker whose GPU rounds. */
import { serveLikeGpu } from './serve-like-gpu.ts';

await serveLikeGpu(0.05);
