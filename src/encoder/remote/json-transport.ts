/**
 * JSON over HTTP with kept connections, over Node's own client. Every failure is a RemoteTrouble; redirects are not followed.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { systemCode } from '../../system-code.ts';
import { type RemoteFault, RemoteTrouble } from './remote-errors.ts';

/** A way to one server. */
export interface JsonTransport {
  /** @param body undefined for GET. @returns the parsed answer; NaN and infinities in it are null. @throws RemoteTrouble. */
  call(path: string, body: object | undefined, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

/** Below the 5 s after which common servers end an idle connection, so that none is used at the moment it is closed. */
const IDLE_MS = 4_000;
const MOST_SOCKETS = 256;
/** Longest answer that is read, in bytes: 1,000 vectors of 4,096 numbers written out. */
const MOST_BYTES = 64 * 1024 * 1024;

const FAULT_OF_STATUS: Readonly<Record<number, RemoteFault>> = {
  400: 'TEXT_REFUSED',
  401: 'REMOTE_FORBIDDEN',
  403: 'REMOTE_FORBIDDEN',
  404: 'REMOTE_UNKNOWN_CALL',
  405: 'REMOTE_UNKNOWN_CALL',
  408: 'REMOTE_SLOW',
  413: 'TEXT_REFUSED',
  422: 'TEXT_REFUSED',
  // TEI's word for a model that failed to run.
  424: 'REMOTE_FAILED',
  425: 'REMOTE_FAILED',
  429: 'REMOTE_BUSY',
};

function faultOf(status: number): RemoteFault {
  return FAULT_OF_STATUS[status] ?? (status >= 500 ? 'REMOTE_FAILED' : 'REMOTE_REFUSED');
}

/** Retry-After in seconds or as a date, to milliseconds. */
function retryAfterOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}

const TLS_CODE = /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_(?:SSL|TLS)|^EPROTO$/u;

function socketTrouble(error: unknown): RemoteTrouble {
  if (error instanceof RemoteTrouble) return error;
  const code = systemCode(error) ?? '';
  return new RemoteTrouble(TLS_CODE.test(code) ? 'REMOTE_UNTRUSTED' : 'REMOTE_UNREACHABLE', { words: code, cause: error });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response) {
    const buffer = piece as Buffer;
    bytes += buffer.byteLength;
    if (bytes > MOST_BYTES) throw new RemoteTrouble('REMOTE_GARBLED', { words: `more than ${MOST_BYTES} bytes` });
    pieces.push(buffer);
  }
  return Buffer.concat(pieces).toString('utf8');
}

/** Python's servers write NaN and Infinity, which JSON has not; they are told apart from cut-off answers. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    try {
      return JSON.parse(text.replace(/-?\b(?:NaN|Infinity)\b/gu, 'null'));
    } catch (error) {
      throw new RemoteTrouble('REMOTE_GARBLED', { words: 'no JSON', cause: error });
    }
  }
}

async function answerOf(response: IncomingMessage, apiKey: string | undefined): Promise<unknown> {
  const text = await textOf(response);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return parsed(text);
  const retryAfterMs = retryAfterOf(response.headers['retry-after']);
  // Some servers repeat the key that they refuse.
  const words = `HTTP ${status} ${apiKey === undefined ? text : text.replaceAll(apiKey, '[key]')}`.trim();
  throw new RemoteTrouble(faultOf(status), { words, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** @param base `http(s)://host[:port][/path]`, no slash at the end. Opens no socket yet. */
export function openJsonTransport(base: string, apiKey: string | undefined): JsonTransport {
  const secure = base.startsWith('https:');
  const options = { keepAlive: true, timeout: IDLE_MS, maxSockets: MOST_SOCKETS };
  const agent = secure ? new HttpsAgent(options) : new HttpAgent(options);
  const send = secure ? httpsRequest : httpRequest;
  // No compressed answer is asked for: vectors hardly shrink.
  const common = { accept: 'application/json', ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
  return {
    async call(path, body, signal) {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const headers = bytes === undefined ? common : { ...common, 'content-type': 'application/json', 'content-length': bytes.byteLength };
      const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
      try {
        // The idle bound of the agent is not the request's: the signal is.
        send(`${base}${path}`, { agent, method: bytes === undefined ? 'GET' : 'POST', headers, signal, timeout: 0 }, resolve)
          .on('error', reject)
          .end(bytes);
        return await answerOf(await promise, apiKey);
      } catch (error) {
        throw socketTrouble(error);
      }
    },
    close: () => agent.destroy(),
  };
}
