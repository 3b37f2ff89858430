/** A process that starts a Qdrant server, says its process id and folder as a line of JSON, and waits to be killed. */
import { startQdrant } from './qdrant-server.ts';

const { pid, folder } = await startQdrant();
console.log(JSON.stringify({ pid, folder }));
setInterval(() => undefined, 1000);
