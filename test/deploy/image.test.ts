/** What the image holds is complete: laid out by the Dockerfile's own script and started from there, away from the checkout. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { NOT_LOADED } from '../../scripts/image-contents.ts';
import { DEMO_CORPORA } from '../../src/cli/demo.ts';
import type { FaqmatchClient } from '../../src/client/client.ts';
import { createClient } from '../../src/client/client.ts';
import type { AssembledImage } from '../support/assembled-image.ts';
import { assembleImage, runBare, startBare, treeOf } from '../support/assembled-image.ts';
import { environmentOf, readDockerfile, restsOf } from '../support/dockerfile.ts';
import { CHATTER, DELIVERY } from '../support/faq-source.ts';

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const final = readDockerfile(join(root, 'deploy', 'docker', 'Dockerfile')).at(-1);

/** For copying 4,400 files or loading the encoder where processors and disk are busy, in milliseconds; seconds where they are not. */
const BUSY_MS = 180_000;

let image: AssembledImage;
/** The image as it was before anything ran from it. */
let tree: ReturnType<typeof treeOf>;
/** Ends the server where its test did not come to that, as when it took too long. */
let endServer = async (): Promise<unknown> => undefined;

beforeAll(async () => {
  image = await assembleImage();
  tree = treeOf(image.app);
  console.log(image.printed);
}, BUSY_MS);

afterAll(async () => {
  await endServer();
  await image[Symbol.asyncDispose]();
}, BUSY_MS);

/** Paths of the image's files, with forward slashes. */
function files(): readonly string[] {
  return [...tree].filter(([, stats]) => stats.isFile()).map(([path]) => path);
}

test('it holds no development dependency, and nothing that is not loaded', () => {
  for (const name of Object.keys(manifest.dependencies)) expect(tree.has(join('node_modules', name)), name).toBe(true);
  for (const name of [...Object.keys(manifest.devDependencies), ...NOT_LOADED.keys()])
    expect(tree.has(join('node_modules', name)), name).toBe(false);
});

test('it holds the drawing library once, as the modules that are imported', () => {
  const drawing = files().filter((path) => /^node_modules\/(?:echarts|zrender)\//u.test(path));
  expect(drawing).toContain('node_modules/echarts/index.js');
  expect(drawing.filter((path) => /^node_modules\/\w+\/dist\//u.test(path))).toEqual([]);
});

test('it holds native code of this platform only', () => {
  const native = files().filter((path) => /\.(?:node|so(?:\.[\d.]+)?|dylib|dll)$/u.test(path));
  // onnxruntime, usearch and sharp.
  expect(native.length).toBeGreaterThanOrEqual(3);
  const platforms: readonly string[] = ['linux', 'darwin', 'win32', 'freebsd', 'linuxmusl'];
  const processors: readonly string[] = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64'];
  const named = native.flatMap((path) => path.split(/[/\-+.]/u));
  expect(new Set(named.filter((word) => platforms.includes(word)))).toEqual(new Set([process.platform]));
  expect(named.filter((word) => processors.includes(word))).toContain(process.arch);
  if (process.platform === 'linux') expect(new Set(named.filter((word) => processors.includes(word)))).toEqual(new Set([process.arch]));
});

test('it holds no sources, types, maps and notes of the compiler, and a licence or a README of every package', () => {
  const all = files();
  expect(all.filter((path) => /\.(?:ts|map|tsbuildinfo)$/u.test(path))).toEqual([]);
  const packages = all.filter((path) => /(?:^|\/)node_modules\/(?:@[^/]+\/)?[^/]+\/package\.json$/u.test(path));
  expect(packages.length).toBeGreaterThan(100);
  const bare = packages.filter((path) => {
    const folder = path.slice(0, -'package.json'.length);
    return !all.some((file) => file.startsWith(folder) && /^(?:licen[cs]e|readme|copying|notice)/iu.test(file.slice(folder.length)));
  });
  // These publish neither; their manifests name the licence.
  for (const path of bare) expect(JSON.parse(readFileSync(join(image.app, path), 'utf8')).license, path).toBeTypeOf('string');
});

test('everyone can read it and nobody but its owner can write it', () => {
  const odd = [...tree].filter(([path, stats]) => {
    const expected = stats.isDirectory() || path === join('dist', 'main.js') ? 0o755 : 0o644;
    return (stats.mode & 0o777) !== expected;
  });
  expect(odd.map(([path]) => path)).toEqual([]);
});

test('every module loads, and so does every dependency', { timeout: BUSY_MS }, async () => {
  // Workers need the thread that starts them; a reload, below, starts each. main.js is what is run.
  const modules = files().filter((path) => /^dist\/.*\.js$/u.test(path) && !/(?:-worker|^dist\/main)\.js$/u.test(path));
  expect(modules.length).toBeGreaterThan(200);
  const all = [...modules.map((path) => `./${path}`), ...Object.keys(manifest.dependencies)];
  const script = `for (const name of ${JSON.stringify(all)}) await import(name).catch((error) => console.log(name, error.message));`;
  // A file in the image's root would be one file too many: the script comes as text, and Node resolves it from the working folder.
  const { code, out, err } = await runBare(image.app, [process.execPath, '--input-type=module', '--eval', script]);
  expect({ out, err, code }).toEqual({ out: '', err: '', code: 0 });
});

test('a report with pictures is drawn from it', { timeout: BUSY_MS }, async () => {
  const folder = join(image.data, 'eval');
  mkdirSync(folder, { recursive: true });
  const corpus = join(folder, 'faq.json');
  writeFileSync(corpus, JSON.stringify({ entries: DELIVERY, counter_examples: CHATTER }));
  const golden = join(folder, 'golden.yaml');
  writeFileSync(golden, '- { utterance: where has my parcel gone, intent: track }\n- { utterance: do you sell cars, intent: null }\n');
  const report = join(folder, 'report.html');
  const environment = { ...environmentOf(final), FAQMATCH_DATA_DIR: join(folder, 'data'), FAQMATCH_ENCODER_WORKERS: '1' };
  const { code, err } = await runBare(
    image.app,
    [process.execPath, 'dist/main.js', 'eval', corpus, '--golden', golden, '--html', report],
    environment,
  );
  expect(code, err).toBe(0);
  expect(readFileSync(report, 'utf8')).toContain('<svg');
});

/** The server as the image starts it, but on loopback and with a data folder of the test's. */
async function serve() {
  const environment = { ...environmentOf(final), FAQMATCH_DATA_DIR: image.data, FAQMATCH_CORPUS_ROOT: join(image.app, 'faq-data') };
  const loopback = { FAQMATCH_GRPC_ADDRESS: '127.0.0.1:0', FAQMATCH_HTTP_ADDRESS: '127.0.0.1:0', FAQMATCH_ENCODER_WORKERS: '1' };
  const command: readonly string[] = JSON.parse(restsOf(final, 'CMD')[0] ?? '');
  const child = startBare(image.app, [join(image.app, 'dist', 'main.js'), ...command, '--json'], { ...environment, ...loopback });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  endServer = () => {
    child.kill('SIGKILL');
    return ended;
  };
  const log: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => void log.push(line));
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve)),
    ended.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${log.join('\n')}`))),
  ]);
  const { grpcAddress, httpPort }: { readonly grpcAddress: string; readonly httpPort: number } = JSON.parse(line);
  return { child, ended, grpcAddress, httpPort, log };
}

/** The Dockerfile's health check, run where the server listens. */
async function healthCheck(httpPort: number): Promise<number | null> {
  const command: readonly string[] = JSON.parse(/CMD (\[.*\])/u.exec(restsOf(final, 'HEALTHCHECK')[0] ?? '')?.[1] ?? '');
  return (await runBare(image.app, command, { FAQMATCH_HTTP_ADDRESS: `0.0.0.0:${httpPort}` })).code;
}

/** Loads a small corpus, since encoding a demo corpus takes long where processors are busy, and asks for what is not in it word for word. */
async function matchAfterReload(client: FaqmatchClient) {
  const entries = DELIVERY.map((entry) => ({ ...entry, answer: `Answer of ${entry.id}.` }));
  const data = Buffer.from(JSON.stringify({ entries, counter_examples: CHATTER }));
  for await (const _event of client.reload({ corpus: 'delivery', source: { inline: { format: 'json', data } } }));
  return client.match({ corpus: 'delivery', utterance: 'where has my parcel gone' }, { deadlineMs: 10_000 });
}

test('a server started from it, with nothing else in reach, finds the demo corpora, answers, is healthy and stops', {
  timeout: BUSY_MS,
}, async () => {
  const { child, ended, grpcAddress, httpPort, log } = await serve();
  const client = createClient({ address: grpcAddress });
  try {
    expect(await healthCheck(httpPort)).toBe(0);
    for (const path of DEMO_CORPORA) expect(await client.validate({ corpus: path, source: { path } })).toMatchObject({ valid: true });
    expect((await matchAfterReload(client)).candidates[0]).toMatchObject({ entryId: 'track', answer: 'Answer of track.' });
  } finally {
    client.close();
    child.kill('SIGTERM');
  }
  expect(await ended, log.join('\n')).toBe(0);
  expect(await healthCheck(httpPort)).toBe(1);
  // All that it wrote lies in the data folder, so the rest can be mounted read-only.
  expect([...treeOf(image.app)].map(([path, { mtimeMs, size }]) => [path, mtimeMs, size])).toEqual(
    [...tree].map(([path, { mtimeMs, size }]) => [path, mtimeMs, size]),
  );
  expect(treeOf(image.data).size).toBeGreaterThan(0);
});
