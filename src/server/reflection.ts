/**
 * Server reflection from the descriptor set that is kept with the generated code: ts-proto's definitions carry none.
 */
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { EnumTypeDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { service as healthService } from 'grpc-health-check';
import { descriptorSetBase64 } from '../generated/descriptor-set.ts';

/** The contract and the health service, as v1 and v1alpha, which older tools ask for. */
export function createReflection(): ReflectionService {
  const files = [...splitDescriptorSet(Buffer.from(descriptorSetBase64, 'base64')), ...healthDescriptors()];
  // The service reads nothing of a definition but its descriptors; an enum's is the one that asks for no codec.
  const carrier: EnumTypeDefinition = { format: 'Protocol Buffer 3 EnumDescriptorProto', type: {}, fileDescriptorProtos: [...files] };
  return new ReflectionService({ carrier });
}

/** The serialised FileDescriptorProtos of a FileDescriptorSet: its field 1, repeated. */
export function splitDescriptorSet(bytes: Uint8Array): readonly Buffer[] {
  const reader = new BinaryReader(bytes);
  const files: Buffer[] = [];
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === 1) files.push(Buffer.from(reader.bytes()));
    else reader.skip(wireType);
  }
  return files;
}

function healthDescriptors(): readonly Buffer[] {
  return Object.values(healthService).flatMap((method) => method.requestType.fileDescriptorProtos.map(renameMapEntries));
}

/**
 * proto-loader names the entry of a map field `statuses` "Statuses"; protoc says "StatusesEntry", and tools written in Go refuse anything
 * else, the whole file with it. @returns the same file with its map entries named as protoc does.
 */
export function renameMapEntries(bytes: Uint8Array): Buffer {
  const file = fromBinary(FileDescriptorProtoSchema, bytes);
  for (const message of file.messageType) {
    for (const nested of message.nestedType) {
      if (nested.options?.mapEntry !== true || nested.name.endsWith('Entry')) continue;
      const field = message.field.find(({ typeName }) => typeName === nested.name);
      nested.name = `${nested.name}Entry`;
      if (field !== undefined) field.typeName = nested.name;
    }
  }
  return Buffer.from(toBinary(FileDescriptorProtoSchema, file));
}
