/**
 * The bytes of the smallest ONNX model that multiplies two matrices, written by hand as protobuf: Y = A · B, or A · Bᵀ.
 * Field numbers are those of onnx.proto (ModelProto, GraphProto, NodeProto, ValueInfoProto). Knows nothing of sessions.
 */

/** A protobuf varint. */
function varint(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return [...bytes, rest];
}

const integer = (field: number, value: number): readonly number[] => [...varint(field * 8), ...varint(value)];
const bytesOf = (field: number, ...parts: readonly (readonly number[])[]): readonly number[] => {
  const content = parts.flat();
  return [...varint(field * 8 + 2), ...varint(content.length), ...content];
};
const text = (field: number, value: string): readonly number[] => bytesOf(field, [...new TextEncoder().encode(value)]);

/** TensorProto.DataType of what can be multiplied. */
const DATA_TYPES = { float32: 1, float64: 11 } as const;

/** Kinds of numbers that can be multiplied. */
export type NumberType = keyof typeof DATA_TYPES;

/**
 * An ONNX model with inputs A [rows, inner] and B ([inner, columns], or [columns, inner] where `transposeB`) and output Y [rows, columns],
 * all of one type and of open size. It is one Gemm node, since that takes the transposed B as it lies, without a copy.
 */
export function matmulGraph({ type, transposeB }: { readonly type: NumberType; readonly transposeB: boolean }): Uint8Array {
  /** A matrix of two named, open dimensions. `field` is 11 for a graph's input and 12 for its output. */
  const matrix = (field: number, name: string, dimensions: readonly [string, string]): readonly number[] => {
    const shape = bytesOf(2, ...dimensions.map((dimension) => bytesOf(1, text(2, dimension))));
    return bytesOf(field, text(1, name), bytesOf(2, bytesOf(1, integer(1, DATA_TYPES[type]), shape)));
  };
  const attribute = bytesOf(5, text(1, 'transB'), integer(3, transposeB ? 1 : 0), integer(20, 2));
  const node = bytesOf(1, text(1, 'A'), text(1, 'B'), text(2, 'Y'), text(3, 'product'), text(4, 'Gemm'), attribute);
  const graph = bytesOf(
    7,
    node,
    text(2, 'matmul'),
    matrix(11, 'A', ['rows', 'inner']),
    matrix(11, 'B', transposeB ? ['columns', 'inner'] : ['inner', 'columns']),
    matrix(12, 'Y', ['rows', 'columns']),
  );
  const irVersion = integer(1, 8);
  const opset = bytesOf(8, text(1, ''), integer(2, 13));
  return Uint8Array.from([...irVersion, ...graph, ...opset]);
}
