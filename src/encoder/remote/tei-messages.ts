/**
 * The messages of text-embeddings-inference's public gRPC contract (package tei.v1) that we use, read and written field by field:
 * four messages, of which we need nine fields. Unknown fields are skipped, as protobuf asks.
 */
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';

/** What we read of InfoResponse. */
export interface TeiInfo {
  readonly modelId: string;
  readonly modelSha: string;
  readonly modelDtype: string;
  /** 0 is an embedding model. */
  readonly modelType: number;
  /** 0 where not told. */
  readonly maxInputLength: number;
}

/** A field's number and wire type as one tag. */
const tag = (field: number, wireType: number): number => (field << 3) | wireType;
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** EmbedRequest { string inputs = 1; bool truncate = 2; optional bool normalize = 3; … }, the last two true. */
export function encodeEmbedRequest(text: string): Buffer {
  const writer = new BinaryWriter();
  writer.uint32(tag(1, LENGTH)).string(text).uint32(tag(2, VARINT)).bool(true).uint32(tag(3, VARINT)).bool(true);
  return Buffer.from(writer.finish());
}

/** InfoRequest {}. */
export function encodeInfoRequest(): Buffer {
  return Buffer.alloc(0);
}

function readPacked(bytes: Uint8Array): readonly number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, index) => view.getFloat32(index * 4, true));
}

/** EmbedResponse { repeated float embeddings = 1; … }, packed or not. @throws Error where the bytes are no such message. */
export function decodeEmbedResponse(bytes: Uint8Array): Float32Array {
  const reader = new BinaryReader(bytes);
  const numbers: number[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1 && wireType === LENGTH) numbers.push(...readPacked(reader.bytes()));
    else if (field === 1 && wireType === FIXED32) numbers.push(reader.float());
    else reader.skip(wireType);
  }
  return Float32Array.from(numbers);
}

/** InfoResponse { string model_id = 4; optional string model_sha = 5; string model_dtype = 6; ModelType model_type = 7; uint32 max_input_length = 9; … }. */
export function decodeInfoResponse(bytes: Uint8Array): TeiInfo {
  const reader = new BinaryReader(bytes);
  const texts = new Map<number, string>();
  const numbers = new Map<number, number>();
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (wireType === LENGTH && [4, 5, 6].includes(field)) texts.set(field, reader.string());
    else if (wireType === VARINT && [7, 9].includes(field)) numbers.set(field, reader.uint32());
    else reader.skip(wireType);
  }
  return {
    modelId: texts.get(4) ?? '',
    modelSha: texts.get(5) ?? '',
    modelDtype: texts.get(6) ?? '',
    modelType: numbers.get(7) ?? 0,
    maxInputLength: numbers.get(9) ?? 0,
  };
}
