/** The standard health check (grpc.health.v1) as a call of the client. */

import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Client } from '@grpc/grpc-js';
import type { UnaryMethod } from './unary-call.ts';

/** A service's health; `unknown` is what a server says that has not decided yet. */
export type Health = 'unknown' | 'serving' | 'not_serving';

const CHECK_PATH = '/grpc.health.v1.Health/Check';
const HEALTH_OF_NUMBER: readonly Health[] = ['unknown', 'serving', 'not_serving'];

function serialiseService(service: string): Buffer {
  return Buffer.from(new BinaryWriter().uint32(10).string(service).finish());
}

function readHealth(bytes: Buffer): Health {
  const reader = new BinaryReader(bytes);
  let status = 0;
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag === 8) status = reader.int32();
    else reader.skip(tag & 7);
  }
  return HEALTH_OF_NUMBER[status] ?? 'unknown';
}

/** The check as a method for callUnary. The two messages have one field each, so they are written and read here. */
export function healthCheck(stub: Client): UnaryMethod<string, Health> {
  return (...[service, metadata, options, callback]) =>
    stub.makeUnaryRequest(CHECK_PATH, serialiseService, readHealth, service, metadata, options, (error, value) => {
      callback(error, value ?? 'unknown');
    });
}
