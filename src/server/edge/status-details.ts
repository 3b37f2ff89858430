/**
 * The typed details of an error status: which fields, which reason, when to try again, which faults.
 */
import type { FaqError } from '../../errors.ts';
import { FaultList } from '../../generated/faqmatch/v1/admin.ts';
import type { Any } from '../../generated/google/protobuf/any.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../../generated/google/rpc/error_details.ts';
import { Status } from '../../generated/google/rpc/status.ts';
import { InvalidRequest } from './violations.ts';

/** Who gives ErrorInfo's reasons their meaning. */
export const ERROR_DOMAIN = 'faqmatch';

/**
 * Bytes of metadata of a failed call. Over 8 KiB some clients (those on the C core) drop the whole status, so a long list of faults is cut
 * there: about 40 of ordinary length fit. ErrorInfo's `faults_total` says how many there are, and ValidateCorpus names them all. A list of
 * refused fields is cut likewise, and `violations_cut` counts those left out.
 */
const MAX_METADATA_BYTES = 8 * 1024;
/** Of these, what is always there: HTTP status, content type, encodings, date and the names of ours, at 32 bytes more an entry, as HTTP/2 counts. */
const FIXED_METADATA_BYTES = 512;
/** The type URL of a FaultList and the lengths around it, in a Status. */
const FAULT_LIST_FRAME_BYTES = 64;

/** A queue that is full empties within a batch or two. */
const DEFAULT_RETRY_MS = 100;
/** Exhausted, and just as much so in a moment: a client that is told when to come back would send the same again in vain. */
const WAITING_DOES_NOT_HELP: ReadonlySet<string | undefined> = new Set(['MESSAGE_TOO_LARGE', 'RESPONSE_TOO_LARGE', 'DISK_FULL']);

/** What travels beside the details. */
export interface StatusHead {
  readonly code: number;
  /** As it is sent; stands for a refused field's description too. */
  readonly message: string;
}

/** BadRequest where fields were refused, ErrorInfo always, RetryInfo where waiting helps, FaultList where files were refused. */
export function statusDetails(error: FaqError, head: StatusHead): readonly Any[] {
  const details: Any[] = [];
  const refused = fieldViolations(error, head.message);
  const violations = fitting(refused, roomForViolations(head), (violation) => BadRequest.encode({ fieldViolations: [violation] }).finish());
  if (violations.length > 0) details.push(pack('google.rpc.BadRequest', BadRequest.encode({ fieldViolations: violations }).finish()));
  details.push(pack('google.rpc.ErrorInfo', ErrorInfo.encode(errorInfo(error, refused.length - violations.length)).finish()));
  const retryAfterMs = retryAfter(error);
  if (retryAfterMs !== undefined) details.push(pack('google.rpc.RetryInfo', RetryInfo.encode(retryInfo(retryAfterMs)).finish()));
  if (error.faults.length === 0) return details;
  const faults = fitting(error.faults, roomForFaults({ ...head, details }), (fault) => FaultList.encode({ faults: [fault] }).finish());
  return faults.length === 0 ? details : [...details, pack('faqmatch.v1.FaultList', FaultList.encode({ faults }).finish())];
}

function fieldViolations(error: FaqError, message: string): readonly { readonly field: string; readonly description: string }[] {
  if (error instanceof InvalidRequest) return error.violations;
  return error.field === undefined ? [] : [{ field: error.field, description: message }];
}

function errorInfo(error: FaqError, violationsCut: number): ErrorInfo {
  const counts = { faults_total: error.faults.length, violations_cut: violationsCut };
  const metadata = Object.fromEntries(Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [[name, String(count)]] : [])));
  return { reason: error.reason ?? error.code.toUpperCase(), domain: ERROR_DOMAIN, metadata };
}

function retryAfter({ code, reason, retryAfterMs }: FaqError): number | undefined {
  if (retryAfterMs !== undefined || code !== 'resource_exhausted' || WAITING_DOES_NOT_HELP.has(reason)) return retryAfterMs;
  return DEFAULT_RETRY_MS;
}

function retryInfo(milliseconds: number): RetryInfo {
  const seconds = Math.floor(milliseconds / 1000);
  return { retryDelay: { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) } };
}

/** An ErrorInfo with its longest reason and counts, in a Status. */
const ERROR_INFO_BYTES = 192;

function roomForViolations(head: StatusHead): number {
  return roomForFaults({ ...head, details: [] }) - ERROR_INFO_BYTES;
}

/** Bytes left: the message travels percent-encoded, and the whole status once more in base64. */
function roomForFaults(status: Status): number {
  const binary = MAX_METADATA_BYTES - FIXED_METADATA_BYTES - encodeURI(status.message).length;
  return Math.floor((binary * 3) / 4) - Status.encode(status).finish().length - FAULT_LIST_FRAME_BYTES;
}

/** The first items that fit into so many bytes. */
function fitting<Item>(items: readonly Item[], maxBytes: number, encoded: (item: Item) => Uint8Array): readonly Item[] {
  let bytes = 0;
  const beyond = items.findIndex((item) => {
    bytes += encoded(item).length;
    return bytes > maxBytes;
  });
  return beyond === -1 ? items : items.slice(0, beyond);
}

function pack(type: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(value) };
}
