/** JSON over HTTP with kept connections. Every failure is a RemoteTrouble. */
import { AnswerTooLong, type HttpAnswer, openKeptHttp } from '../../kept-http.ts';
import { systemCode } from '../../system-code.ts';
import { type RemoteFault, RemoteTrouble } from './remote-errors.ts';

/** A way to one server. */
export interface JsonTransport {
  /** @param body undefined for GET. @returns the parsed answer; NaN and infinities in it are null. @throws RemoteTrouble. */
  call(path: string, body: object | undefined, signal: AbortSignal): Promise<unknown>;
  close(): void;
}

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
  if (error instanceof AnswerTooLong) return new RemoteTrouble('REMOTE_GARBLED', { words: error.message });
  const code = systemCode(error) ?? '';
  return new RemoteTrouble(TLS_CODE.test(code) ? 'REMOTE_UNTRUSTED' : 'REMOTE_UNREACHABLE', { words: code, cause: error });
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

function contentOf({ status, headers, text }: HttpAnswer, apiKey: string | undefined): unknown {
  if (status >= 200 && status < 300) return parsed(text);
  const retryAfterMs = retryAfterOf(headers['retry-after']);
  // Some servers repeat the key that they refuse.
  const words = `HTTP ${status} ${apiKey === undefined ? text : text.replaceAll(apiKey, '[key]')}`.trim();
  throw new RemoteTrouble(faultOf(status), { words, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** @param base `http(s)://host[:port][/path]`, no slash at the end. Opens no socket yet. */
export function openJsonTransport(base: string, apiKey: string | undefined): JsonTransport {
  const headers = { accept: 'application/json', ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
  const http = openKeptHttp(base, { headers, maxSockets: MOST_SOCKETS, maxBytes: MOST_BYTES });
  return {
    async call(path, body, signal) {
      const json = body === undefined ? undefined : JSON.stringify(body);
      const answer = await http.call(path, json, signal).catch((error: unknown) => {
        throw socketTrouble(error);
      });
      return contentOf(answer, apiKey);
    },
    close: () => http.close(),
  };
}
