/**
 * Messages as proto3 JSON. Zero, false, empty text and empty lists are written out, which the mapping allows, so that a script can read
 * `.encoded` of a reload that encoded nothing.
 */
import {
  ActivateVersionResponse,
  ListVersionsResponse,
  ReloadCorpusResponse,
  RollbackCorpusResponse,
} from '../generated/faqmatch/v1/admin.ts';
import { GetAnswerResponse, GetEntryResponse, ListCorporaResponse, ListEntriesResponse } from '../generated/faqmatch/v1/faq.ts';
import { GetInfoResponse } from '../generated/faqmatch/v1/info.ts';
import { MatchResponse, MatchStreamResponse } from '../generated/faqmatch/v1/match.ts';

/** Anything JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** Messages that can be written as JSON, by name. */
export interface JsonMessages {
  readonly ActivateVersionResponse: ActivateVersionResponse;
  readonly GetAnswerResponse: GetAnswerResponse;
  readonly GetEntryResponse: GetEntryResponse;
  readonly GetInfoResponse: GetInfoResponse;
  readonly ListCorporaResponse: ListCorporaResponse;
  readonly ListEntriesResponse: ListEntriesResponse;
  readonly ListVersionsResponse: ListVersionsResponse;
  readonly MatchResponse: MatchResponse;
  readonly MatchStreamResponse: MatchStreamResponse;
  readonly ReloadCorpusResponse: ReloadCorpusResponse;
  readonly RollbackCorpusResponse: RollbackCorpusResponse;
}

const WRITERS: { readonly [Name in keyof JsonMessages]: (message: JsonMessages[Name]) => unknown } = {
  ActivateVersionResponse: ActivateVersionResponse.toJSON,
  GetAnswerResponse: GetAnswerResponse.toJSON,
  GetEntryResponse: GetEntryResponse.toJSON,
  GetInfoResponse: GetInfoResponse.toJSON,
  ListCorporaResponse: ListCorporaResponse.toJSON,
  ListEntriesResponse: ListEntriesResponse.toJSON,
  ListVersionsResponse: ListVersionsResponse.toJSON,
  MatchResponse: MatchResponse.toJSON,
  MatchStreamResponse: MatchStreamResponse.toJSON,
  ReloadCorpusResponse: ReloadCorpusResponse.toJSON,
  RollbackCorpusResponse: RollbackCorpusResponse.toJSON,
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date) && !(value instanceof Uint8Array);
}

/** Adds to generated JSON, which leaves zero values out, what the message itself holds. */
function withZeroValues(message: unknown, json: unknown): unknown {
  if (Array.isArray(message)) {
    const items: readonly unknown[] = Array.isArray(json) ? json : [];
    return message.map((item, index) => withZeroValues(item, items[index]));
  }
  if (!isRecord(message)) return json ?? message;
  const written = isRecord(json) ? json : {};
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(message)) {
    if (value === undefined) continue;
    if (isRecord(value) && typeof value.$case === 'string') out[value.$case] = withZeroValues(value.value, written[value.$case]);
    else out[key] = withZeroValues(value, written[key]);
  }
  return out;
}

/** The message as proto3 JSON: lower-camel names, enums by name, bytes as base64, zero values written out. */
export function toJson<Name extends keyof JsonMessages>(name: Name, message: JsonMessages[Name]): Json {
  return withZeroValues(message, WRITERS[name](message)) as Json;
}
