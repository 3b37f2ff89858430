/**
 * HTTP over kept connections, with Node's own client: `fetch` adds some 3 ms to each call (docs/decisions/0008). No compressed answer is asked
 * for: vectors hardly shrink, and its second piece comes late. Redirects are not followed.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** What a server said, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Connections to one server. */
export interface KeptHttp {
  /** Posts JSON, or gets where there is none. @throws AnswerTooLong; the socket's error; the signal's AbortError. */
  call(path: string, json: string | undefined, signal: AbortSignal): Promise<HttpAnswer>;
  /** Ends all connections; calls in flight reject. */
  close(): void;
}

/** How a server is called. */
export interface KeptHttpOptions {
  /** Sent with every call. */
  readonly headers: Readonly<Record<string, string>>;
  /** Most connections at once; more calls wait for one. */
  readonly maxSockets: number;
  /** Longest answer that is read, in bytes. */
  readonly maxBytes: number;
}

/** An answer that went on beyond what is read. */
export class AnswerTooLong extends Error {
  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`);
    this.name = 'AnswerTooLong';
  }
}

/** Below the 5 s after which common servers end an idle connection, so that none is used at the moment it is closed. */
const IDLE_MS = 4_000;

async function textOf(response: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    const buffer = piece as Buffer;
    bytes += buffer.byteLength;
    if (bytes > maxBytes) throw new AnswerTooLong(maxBytes);
    pieces.push(buffer);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** @param base `http(s)://host[:port][/path]`, no slash at the end. Opens no socket yet. */
export function openKeptHttp(base: string, { headers: common, maxSockets, maxBytes }: KeptHttpOptions): KeptHttp {
  const secure = base.startsWith('https:');
  const options = { keepAlive: true, timeout: IDLE_MS, maxSockets };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const send = secure ? httpsRequest : httpRequest;
  return {
    async call(path, json, signal) {
      const body = json === undefined ? undefined : Buffer.from(json);
      const headers = body === undefined ? common : { ...common, 'content-type': 'application/json', 'content-length': body.byteLength };
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      // The idle bound of the agent is not the request's: the signal is.
      send(`${base}${path}`, { agent, method: body === undefined ? 'GET' : 'POST', headers, signal, timeout: 0 }, resolve)
        .on('error', reject)
        .end(body);
      const response = await promise;
      return { status: response.statusCode ?? 0, headers: response.headers, text: await textOf(response, maxBytes) };
    },
    close: () => agent.destroy(),
  };
}
