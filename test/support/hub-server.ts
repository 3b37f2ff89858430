/**
 * A model hub on a loopback port: the calls that the hub's client makes for one repository, answered from a folder.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The commit that every branch of the fake hub stands for. */
export const HUB_COMMIT = '0123456789abcdef0123456789abcdef01234567';

export interface HubServer {
  readonly url: string;
  /** Paths asked for, in order, without the query. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** What the hub does wrong. */
export interface HubFault {
  /** The file whose bytes are changed or cut on their way. */
  readonly file: string;
  readonly how: 'changed' | 'cut';
}

interface Listed {
  readonly path: string;
  readonly data: Buffer;
}

async function listFolder(folder: string): Promise<readonly Listed[]> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  return await Promise.all(
    files.map(async (entry) => {
      const full = join(entry.parentPath, entry.name);
      return { path: full.slice(folder.length + 1), data: await readFile(full) };
    }),
  );
}

function listing({ path, data }: Listed): object {
  const large = path.endsWith('.onnx');
  const oid = createHash('sha1').update(`blob ${data.length}\0`).update(data).digest('hex');
  const lfs = { oid: createHash('sha256').update(data).digest('hex'), size: data.length, pointerSize: 130 };
  return { type: 'file', path, size: data.length, oid: large ? 'f'.repeat(40) : oid, ...(large ? { lfs } : {}) };
}

function spoil(data: Buffer, how: HubFault['how'] | undefined): Buffer {
  if (how === undefined) return data;
  const copy = Buffer.from(data);
  const middle = Math.floor(copy.length / 2);
  if (how === 'cut') return copy.subarray(0, middle);
  copy[middle] = (copy[middle] ?? 0) ^ 1;
  return copy;
}

function sendFile(response: ServerResponse, data: Buffer, range: string | undefined): void {
  const [, from, to] = /^bytes=(\d+)-(\d+)$/u.exec(range ?? '') ?? [];
  const headers = { etag: '"some-etag"', 'content-type': 'application/octet-stream' };
  if (from === undefined || to === undefined) {
    response.writeHead(200, headers).end(data);
    return;
  }
  response
    .writeHead(206, { ...headers, 'content-range': `bytes ${from}-${to}/${data.length}` })
    .end(data.subarray(Number(from), Number(to) + 1));
}

/** Serves `folder` as the repository `org/name`. */
export async function startHubServer(folder: string, fault?: HubFault): Promise<HubServer> {
  const files = await listFolder(folder);
  const calls: string[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    calls.push(path);
    const json = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (path.startsWith('/api/models/org/name/revision/')) {
      json({ _id: '1', id: 'org/name', sha: HUB_COMMIT, lastModified: '2026-01-01T00:00:00Z' });
      return;
    }
    if (path === `/api/models/org/name/tree/${HUB_COMMIT}`) {
      json(files.map(listing));
      return;
    }
    const wanted = files.find((file) => path === `/org/name/resolve/${HUB_COMMIT}/${file.path}`);
    if (wanted === undefined) response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":"not here"}');
    else sendFile(response, spoil(wanted.data, wanted.path === fault?.file ? fault.how : undefined), request.headers.range);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
