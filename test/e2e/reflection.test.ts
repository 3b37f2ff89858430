import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Served, serveReal } from '../support/served.ts';

let served: Served;
beforeAll(async () => {
  served = await serveReal();
});
afterAll(() => served[Symbol.asyncDispose]());

interface Reflected {
  readonly listServicesResponse?: { readonly service: readonly { readonly name: string }[] };
  readonly fileDescriptorResponse?: { readonly fileDescriptorProto: readonly Buffer[] };
  readonly errorResponse?: { readonly errorCode: number };
}

/** One question to the reflection service, in either of its versions. */
function reflect(version: 'v1' | 'v1alpha', question: object): Promise<Reflected> {
  const folder = join(createRequire(import.meta.url).resolve('@grpc/reflection'), '../../proto/grpc/reflection', version);
  const loaded = loadPackageDefinition(loadSync(join(folder, 'reflection.proto')));
  // biome-ignore lint/suspicious/noExplicitAny: the shape comes from a proto at run time
  const Reflection = (loaded as any).grpc.reflection[version].ServerReflection;
  const client = new Reflection(served.address, credentials.createInsecure());
  const stream = client.serverReflectionInfo();
  return new Promise<Reflected>((resolve, reject) => {
    stream.on('data', resolve).on('error', reject);
    stream.write(question);
    stream.end();
  }).finally(() => client.close());
}

const SERVICES = ['CorpusAdminService', 'FaqService', 'FeedbackService', 'InfoService', 'MatchService'];

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  it('lists the services of the contract and health', async () => {
    const { listServicesResponse } = await reflect(version, { listServices: '' });
    const names = listServicesResponse?.service.map(({ name }) => name) ?? [];
    expect(names).toEqual(expect.arrayContaining([...SERVICES.map((name) => `faqmatch.v1.${name}`), 'grpc.health.v1.Health']));
  });

  it.each(['faqmatch.v1.MatchService', 'faqmatch.v1.FaultList', 'google.rpc.Status', 'google.protobuf.Timestamp'])(
    'describes %s with its imports',
    async (symbol) => {
      const { fileDescriptorResponse } = await reflect(version, { fileContainingSymbol: symbol });
      const files = fileDescriptorResponse?.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)) ?? [];
      const names = new Set(files.map(({ name }) => name));
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) for (const imported of file.dependency) expect(names, `import of ${file.name}`).toContain(imported);
    },
  );

  it('names map entries as protoc does, without which tools in Go refuse the whole file', async () => {
    const { fileDescriptorResponse } = await reflect(version, { fileContainingSymbol: 'grpc.health.v1.Health' });
    const files = fileDescriptorResponse?.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes)) ?? [];
    const entries = files.flatMap(({ messageType }) =>
      messageType.flatMap(({ nestedType }) => nestedType.filter(({ options }) => options?.mapEntry)),
    );
    expect(entries.map(({ name }) => name)).toEqual(['StatusesEntry']);
  });

  it('says NOT_FOUND of what is not there', async () => {
    expect((await reflect(version, { fileContainingSymbol: 'nope.Nope' })).errorResponse?.errorCode).toBe(5);
  });
});

const run = promisify(execFile);
const grpcurl = await run('grpcurl', ['-version']).then(
  () => true,
  () => false,
);

describe.skipIf(!grpcurl)('grpcurl without protos', () => {
  it('lists, describes and calls', async () => {
    expect((await run('grpcurl', ['-plaintext', served.address, 'list'])).stdout).toContain('faqmatch.v1.MatchService');
    expect((await run('grpcurl', ['-plaintext', served.address, 'describe', 'faqmatch.v1.MatchRequest'])).stdout).toContain(
      'optional double min_confidence',
    );
    const { stdout } = await run('grpcurl', [
      '-plaintext',
      '-d',
      '{"corpus":"delivery","utterance":"where is my parcel"}',
      served.address,
      'faqmatch.v1.MatchService/Match',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ decision: 'DECISION_ANSWER', candidates: [{ entryId: 'track' }, {}, {}] });
  });

  it('asks for health', async () => {
    const { stdout } = await run('grpcurl', [
      '-plaintext',
      '-d',
      '{"service":"faqmatch.v1.MatchService"}',
      served.address,
      'grpc.health.v1.Health/Check',
    ]);
    expect(JSON.parse(stdout)).toEqual({ status: 'SERVING' });
  });

  it('shows the details of a refusal', async () => {
    const failed: { readonly stderr: string } = await run('grpcurl', [
      '-plaintext',
      '-d',
      '{"corpus":"delivery"}',
      served.address,
      'faqmatch.v1.MatchService/Match',
    ]).catch((error) => error);
    expect(failed.stderr).toContain('InvalidArgument');
    expect(failed.stderr).toContain('google.rpc.BadRequest');
    expect(failed.stderr).toContain('"field": "utterance"');
  });
});
