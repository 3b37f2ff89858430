/** What a linter would not know of our Dockerfile: that it fits this repository. No Docker is needed; nothing is built. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { IMAGE_PARTS } from '../../scripts/image-contents.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { deviceError } from '../../src/encoder/device.ts';
import { runBare } from '../support/assembled-image.ts';
import { environmentOf, lineage, readDockerfile, restsOf } from '../support/dockerfile.ts';

const path = join(root, 'deploy', 'docker', 'Dockerfile');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** What .dockerignore lets through, by its `!` lines; its first rule keeps everything else out. */
const ignoreLines = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const sent = ignoreLines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));

describe.each(['cpu', 'cuda'])('the image for %s', (accelerator) => {
  const stages = readDockerfile(path, { ACCELERATOR: accelerator });
  const names = stages.map(({ name }) => name);
  const final = stages.at(-1);
  const copied = stages.flatMap((stage) => restsOf(stage, 'COPY')).filter((rest) => !rest.startsWith('--from'));

  test('stands on bases that are this file’s stages or are pinned to a version', () => {
    for (const { image } of stages) if (!names.includes(image)) expect(image).toMatch(/^[\w./-]+:\d+\.\d+\.\d+[\w.-]*$/u);
  });

  test('runs the Node that the tests run on', () => {
    expect(stages[0]?.image.split('-')[0]).toBe(`node:${manifest.devDependencies.node}`);
  });

  test('takes nothing of the build but the assembled folder', () => {
    const fromBuild = stages.flatMap((stage) => restsOf(stage, 'COPY')).filter((rest) => rest.startsWith('--from=build'));
    expect(fromBuild).toEqual(['--from=build /image /app']);
    expect(lineage(stages).map(({ name }) => name)).not.toContain('build');
  });

  test('is not run as root, and says so by number', () => {
    expect(restsOf(final, 'USER')).toEqual(['10001:10001']);
    expect(final?.instructions.findLastIndex(({ keyword }) => keyword === 'RUN')).toBeLessThan(
      final?.instructions.findIndex(({ keyword }) => keyword === 'USER') ?? 0,
    );
  });

  test('has a health check and a stop signal, and starts without a shell', () => {
    expect(restsOf(final, 'HEALTHCHECK')).toHaveLength(1);
    expect(restsOf(final, 'STOPSIGNAL')).toEqual(['SIGTERM']);
    expect(JSON.parse(restsOf(final, 'ENTRYPOINT')[0] ?? '')).toEqual(['faqmatch']);
    expect(JSON.parse(restsOf(final, 'CMD')[0] ?? '')).toEqual(['serve']);
  });

  test('copies only what is there and what .dockerignore sends', () => {
    const sources = copied.flatMap((rest) => rest.split(/\s+/u).slice(0, -1));
    for (const source of sources) {
      expect(existsSync(join(root, source)), source).toBe(true);
      expect(sent, `${source} in .dockerignore`).toContain(source);
    }
    // And the other way round: nothing is sent for nothing.
    expect([...sent].sort()).toEqual([...sources].sort());
    expect(ignoreLines[0]).toBe('*');
  });

  test('has everything at the build that the assembly lays out', () => {
    // dist is what the build makes.
    for (const part of IMAGE_PARTS) if (part !== 'dist') expect(sent).toContain(part);
  });

  test('listens on every address of the container, with settings that exist', () => {
    const environment = environmentOf(final);
    const { config, warnings } = loadConfig({ environment });
    expect(warnings).toEqual([]);
    expect(config).toMatchObject({ grpcAddress: '0.0.0.0:50051', httpAddress: '0.0.0.0:8080', corpusRoot: '/app/faq-data' });
    expect(restsOf(final, 'EXPOSE')).toEqual(['50051 8080']);
    // The one folder that is written to is the volume, and belongs to the user.
    expect(JSON.parse(restsOf(final, 'VOLUME')[0] ?? '')).toEqual([config.dataDir]);
    expect(restsOf(final, 'RUN').join()).toContain(`install -d -o 10001 -g 10001 ${config.dataDir} `);
  });
});

test('CUDA’s code is fetched by the same words wherever it is told how, and by a script that is there', () => {
  const script = 'node_modules/onnxruntime-node/script/install.js';
  const command = `ONNXRUNTIME_NODE_INSTALL=cuda12 node ${script}`;
  expect(existsSync(join(root, script))).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(`RUN ${command} `);
  expect(deviceError('cuda', 'no library').message).toContain(`npm ci && ${command}`);
  for (const place of ['.npmrc', 'docs/encoders.md'])
    expect(readFileSync(join(root, place), 'utf8'), place).toContain(`npm ci && ${command}`);
  // npm runs no script of that package, so a flag of `npm ci` would do nothing.
  expect(manifest.allowScripts['onnxruntime-node']).toBe(false);
});

test.each([
  ['0.0.0.0:8080', 'http://127.0.0.1:8080/livez'],
  ['[::]:8081', 'http://127.0.0.1:8081/livez'],
  ['127.0.0.2:38301', 'http://127.0.0.2:38301/livez'],
  ['[::1]:8080', 'http://[::1]:8080/livez'],
  [' localhost:80 ', 'http://localhost:80/livez'],
  // An empty setting counts as unset.
  ['', 'http://127.0.0.1:8080/livez'],
  [undefined, 'http://127.0.0.1:8080/livez'],
])('with the address %j the health check asks where the server listens', async (address, url) => {
  const command: readonly string[] = JSON.parse(
    /CMD (\[.*\])/u.exec(restsOf(readDockerfile(path).at(-1), 'HEALTHCHECK')[0] ?? '')?.[1] ?? '',
  );
  const told = 'data:text/javascript,globalThis.fetch=async(url)=>{console.log(url);return{ok:true}}';
  const environment = { NODE_OPTIONS: `--import=${told}`, ...(address === undefined ? {} : { FAQMATCH_HTTP_ADDRESS: address }) };
  expect(await runBare(root, command, environment)).toEqual({ code: 0, out: `${url}\n`, err: '' });
});

test('the image for CPU takes its libraries from Node’s image, the one for CUDA from NVIDIA’s', () => {
  const bottom = (accelerator: string) => lineage(readDockerfile(path, { ACCELERATOR: accelerator }))[0]?.image;
  expect(bottom('cpu')).toMatch(/^node:/u);
  expect(bottom('cuda')).toMatch(/^nvidia\/cuda:12\..*-cudnn-runtime-/u);
});
