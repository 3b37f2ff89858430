/**
 * Named float tensors of a .safetensors file: eight bytes of header length, a JSON header, then the numbers (little-endian).
 * Reads small files whole; a transformer's weights are read by onnxruntime from its graph.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { modelError } from './model-error.ts';

/** One tensor, row-major. */
export interface StoredTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const ENTRY = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const LENGTH_BYTES = 8;

/** Float numbers of each stored type; bfloat16 is the upper half of a float32. */
const READERS: Readonly<Record<string, (bytes: DataView) => Float32Array>> = {
  F32: (bytes) => Float32Array.from({ length: bytes.byteLength / 4 }, (_, at) => bytes.getFloat32(at * 4, true)),
  F16: (bytes) => Float32Array.from({ length: bytes.byteLength / 2 }, (_, at) => bytes.getFloat16(at * 2, true)),
  BF16: (bytes) => {
    const bits = Uint32Array.from({ length: bytes.byteLength / 2 }, (_, at) => bytes.getUint16(at * 2, true) << 16);
    return new Float32Array(bits.buffer);
  },
};

function damaged(label: string, cause?: unknown) {
  return modelError(
    'MODEL_DAMAGED',
    `Expected float tensors in ${label} of the model; the file is cut off or damaged. Copy it again.`,
    cause,
  );
}

function readTensor(file: Uint8Array, start: number, entry: z.infer<typeof ENTRY>): Float32Array | undefined {
  const [from, to] = entry.data_offsets;
  if (from > to || start + to > file.byteLength) return undefined;
  const values = READERS[entry.dtype]?.(new DataView(file.buffer, file.byteOffset + start + from, to - from));
  return values?.length === entry.shape.reduce((product, size) => product * size, 1) ? values : undefined;
}

async function readHeader(
  path: string,
  label: string,
): Promise<{ file: Buffer; start: number; header: Readonly<Record<string, unknown>> }> {
  const file = await readFile(path);
  const headerBytes = file.byteLength < LENGTH_BYTES ? Number.POSITIVE_INFINITY : Number(file.readBigUInt64LE(0));
  const start = LENGTH_BYTES + headerBytes;
  if (start > file.byteLength) throw damaged(label);
  try {
    return { file, start, header: z.record(z.string(), z.unknown()).parse(JSON.parse(file.toString('utf8', LENGTH_BYTES, start))) };
  } catch (error) {
    throw damaged(label, error);
  }
}

/**
 * Reads tensors of a file by name.
 * @param label the file's name for messages, relative to the model's folder.
 * @returns one for each name, in their order.
 * @throws FaqError data_loss where the file is no such file or numbers are missing, failed_precondition where it lacks a tensor.
 */
export async function readSafetensors(
  path: string,
  { label, names }: { readonly label: string; readonly names: readonly string[] },
): Promise<readonly StoredTensor[]> {
  const { file, start, header } = await readHeader(path, label);
  return names.map((name) => {
    if (header[name] === undefined)
      throw modelError('MODEL_UNSUPPORTED', `Expected the tensor ${name} in ${label} of the model, found none. Save the model again.`);
    const entry = ENTRY.safeParse(header[name]);
    const values = entry.success ? readTensor(file, start, entry.data) : undefined;
    if (!entry.success || values === undefined) throw damaged(label);
    return { shape: entry.data.shape, values };
  });
}
