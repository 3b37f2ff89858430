/**
 * The typed details of an error status: which fields, which reason, when to try again, which faults.
 */
import type { FaqError, Fault } from '../../errors.ts';
import { FaultList } from '../../generated/faqmatch/v1/admin.ts';
import type { Any } from '../../generated/google/protobuf/any.ts';
import { BadRequest, ErrorInfo, RetryInfo } from '../../generated/google/rpc/error_details.ts';
import { InvalidRequest } from './violations.ts';

/** Who gives ErrorInfo's reasons their meaning. */
export const ERROR_DOMAIN = 'faqmatch';

/**
 * Bytes of faults that travel in a status. Trailers over 8 KiB make some clients (those on the C core) drop the whole status, so
 * a longer list is cut there; ErrorInfo's `faults_total` says how many there are, and ValidateCorpus names them all.
 */
const MAX_FAULT_BYTES = 4_000;

/** A queue that is full empties within a batch or two. */
const DEFAULT_RETRY_MS = 100;

/** BadRequest where fields were refused, ErrorInfo always, RetryInfo where waiting helps, FaultList where files were refused. */
export function statusDetails(error: FaqError): readonly Any[] {
  const sent = faultsThatFit(error.faults);
  const details: Any[] = [];
  const violations = fieldViolations(error);
  if (violations.length > 0) details.push(pack('google.rpc.BadRequest', BadRequest.encode({ fieldViolations: violations }).finish()));
  details.push(pack('google.rpc.ErrorInfo', ErrorInfo.encode(errorInfo(error)).finish()));
  const retryAfterMs = error.retryAfterMs ?? (error.code === 'resource_exhausted' ? DEFAULT_RETRY_MS : undefined);
  if (retryAfterMs !== undefined) details.push(pack('google.rpc.RetryInfo', RetryInfo.encode(retryInfo(retryAfterMs)).finish()));
  if (sent.length > 0) details.push(pack('faqmatch.v1.FaultList', FaultList.encode({ faults: sent }).finish()));
  return details;
}

function fieldViolations(error: FaqError): readonly { readonly field: string; readonly description: string }[] {
  if (error instanceof InvalidRequest) return error.violations;
  return error.field === undefined ? [] : [{ field: error.field, description: error.message }];
}

function errorInfo(error: FaqError): ErrorInfo {
  const metadata: Record<string, string> = error.faults.length > 0 ? { faults_total: String(error.faults.length) } : {};
  return { reason: error.reason ?? error.code.toUpperCase(), domain: ERROR_DOMAIN, metadata };
}

function retryInfo(milliseconds: number): RetryInfo {
  const seconds = Math.floor(milliseconds / 1000);
  return { retryDelay: { seconds, nanos: Math.round((milliseconds - seconds * 1000) * 1e6) } };
}

function faultsThatFit(faults: readonly Fault[]): readonly Fault[] {
  let bytes = 0;
  const beyond = faults.findIndex((fault) => {
    bytes += FaultList.encode({ faults: [fault] }).finish().length;
    return bytes > MAX_FAULT_BYTES;
  });
  return beyond === -1 ? faults : faults.slice(0, beyond);
}

function pack(type: string, value: Uint8Array): Any {
  return { typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(value) };
}
