import { cp, mkdir, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadModel, type ModelRequest } from '../../../src/encoder/model-source.ts';
import { HUB_COMMIT, type HubFault, type HubServer, startHubServer } from '../../support/hub-server.ts';
import { hubModel, tinyModel } from '../../support/model-fixtures.ts';

let cacheFolder = '';
let servers: HubServer[] = [];

beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), 'faqmatch-hub-'));
});
afterEach(async () => {
  for (const server of servers) await server.close();
  servers = [];
  await rm(cacheFolder, { recursive: true, force: true });
});

async function hub(fault?: HubFault, folder = tinyModel('tiny-max')): Promise<HubServer> {
  const server = await startHubServer(folder, fault);
  servers.push(server);
  return server;
}

const request = (model: string, rest: Partial<ModelRequest> = {}): ModelRequest => ({ model, cacheFolder, ...rest });
const REPO_FOLDER = 'org--name';

describe('a model by name or path', () => {
  it('finds the shipped model by its name, wherever the process was started', async () => {
    expect((await loadModel(request('faqmatch-minilm-l6'))).dimension).toBe(384);
  });

  it('names the shipped models where there is none of that name', async () => {
    await expect(loadModel(request('bert-large'))).rejects.toMatchObject({
      code: 'not_found',
      message: expect.stringMatching(/"bert-large"; there are: .*faqmatch-minilm-l6/u),
    });
  });

  it('points at a folder that was named without ./, and lists no file or folder that is no model', async () => {
    const models = join(cacheFolder, 'models');
    await cp(tinyModel('tiny-cls'), join(models, 'mine'), { recursive: true });
    await mkdir(join(models, 'mine.run'));
    await writeFile(join(models, 'mine.report.html'), '');
    const named = (model: string) => loadModel(request(model, { baseFolder: cacheFolder, shippedFolder: models }));
    await expect(named('models/mine')).rejects.toMatchObject({
      message: expect.stringMatching(/there are: mine\. Did you mean .*\.\/models\/mine\?/u),
    });
    expect((await named('mine')).dimension).toBe(32);
  });

  it('takes ./path from the folder given and an absolute path as it is', async () => {
    const folder = tinyModel('tiny-cls');
    const relative = await loadModel(request(`./${basename(folder)}`, { baseFolder: dirname(folder) }));
    const absolute = await loadModel(request(folder));
    expect(relative.digest).toBe(absolute.digest);
  });
});

describe('a hub model', () => {
  it('is downloaded with progress, named by its commit, and read from the cache the next time without a call', async () => {
    const server = await hub();
    const progress: number[] = [];
    let total = 0;
    const model = await loadModel(
      request('hub:org/name@main', {
        hub: { hubUrl: server.url },
        onProgress: (now) => {
          progress.push(now.done);
          total = now.total;
        },
      }),
    );
    expect(model).toMatchObject({ name: `org/name@${HUB_COMMIT}`, pooling: 'max', dimension: 32 });
    expect(progress.at(-1)).toBe(total);
    expect(progress).toEqual(progress.toSorted((one, other) => one - other));
    expect(server.calls.some((path) => path.endsWith('README.md'))).toBe(false);
    const calls = server.calls.length;
    const again = await loadModel(request('hub:org/name@main', { hub: { hubUrl: server.url } }));
    expect(again.digest).toBe(model.digest);
    expect(server.calls).toHaveLength(calls);
  });

  it('comes with its prompts and the weights of its Dense layer', async () => {
    const server = await hub(undefined, hubModel('hub-bert-dense'));
    const model = await loadModel(request('hub:org/name@main', { hub: { hubUrl: server.url } }));
    expect(model).toMatchObject({ dimension: 20, pieceDimension: 24, prompts: { chosen: { utterance: 'ask: ', stored: 'ask: ' } } });
    expect(model.dense).toMatchObject([{ inputs: 24, outputs: 20, weightsFile: expect.stringContaining('2_Dense/model.safetensors') }]);
    expect(model.digest).toBe((await loadModel(request(hubModel('hub-bert-dense')))).digest);
  });

  it('stays at the commit that its branch stood for, offline too', async () => {
    const server = await hub();
    await loadModel(request('hub:org/name@main', { hub: { hubUrl: server.url } }));
    await server.close();
    servers = [];
    const byBranch = await loadModel(request('hub:org/name@main', { offline: true }));
    const byCommit = await loadModel(request(`hub:org/name@${HUB_COMMIT}`, { offline: true }));
    expect(byBranch.name).toBe(`org/name@${HUB_COMMIT}`);
    expect(byCommit.digest).toBe(byBranch.digest);
  });

  it('that is a commit is not asked after', async () => {
    const server = await hub();
    await loadModel(request(`hub:org/name@${HUB_COMMIT}`, { hub: { hubUrl: server.url } }));
    expect(server.calls.some((path) => path.includes('/revision/'))).toBe(false);
  });

  it('needs a revision', async () => {
    await expect(loadModel(request('hub:org/name'))).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('Write hub:org/name@main'),
    });
    await expect(loadModel(request('hub:org/../name@x'))).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(loadModel(request('hub:org/name@../../x'))).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('that is not in the cache is refused in offline mode, with what to do', async () => {
    await expect(loadModel(request('hub:org/name@main', { offline: true }))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('Offline mode is on and hub:org/name@main is not in the model cache'),
    });
  });

  it('that the hub does not have is not found', async () => {
    const server = await hub();
    await expect(loadModel(request('hub:org/other@main', { hub: { hubUrl: server.url } }))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('is unavailable where the hub cannot be reached', async () => {
    await expect(loadModel(request('hub:org/name@main', { hub: { hubUrl: 'http://127.0.0.1:1' } }))).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('could not be reached'),
    });
  });

  it.each([
    { file: 'onnx/model.onnx', how: 'changed' },
    { file: 'tokenizer.json', how: 'changed' },
    { file: 'tokenizer.json', how: 'cut' },
  ] as const)('whose $file was $how on its way is refused and leaves nothing in the cache', async (fault) => {
    const server = await hub(fault);
    await expect(loadModel(request('hub:org/name@main', { hub: { hubUrl: server.url } }))).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining(fault.file),
    });
    expect(await readdir(join(cacheFolder, REPO_FOLDER))).toEqual([]);
  });

  it('that finds the disk full says so and leaves nothing in the cache', async () => {
    const server = await hub();
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const onProgress = ({ done, total }: { readonly done: number; readonly total: number }): void => {
      if (done > total / 2) throw full;
    };
    await expect(loadModel(request('hub:org/name@main', { hub: { hubUrl: server.url }, onProgress }))).rejects.toMatchObject({
      code: 'resource_exhausted',
      reason: 'DISK_FULL',
    });
    expect(await readdir(join(cacheFolder, REPO_FOLDER))).toEqual([]);
  });

  it('whose stored file was cut off later is refused by its checksum', async () => {
    const server = await hub();
    await loadModel(request('hub:org/name@main', { hub: { hubUrl: server.url } }));
    await truncate(join(cacheFolder, REPO_FOLDER, HUB_COMMIT, 'onnx/model.onnx'), 500);
    await expect(loadModel(request('hub:org/name@main', { offline: true }))).rejects.toMatchObject({
      code: 'data_loss',
      message: expect.stringContaining('onnx/model.onnx'),
    });
  });

  it('given up in the middle leaves nothing behind', async () => {
    const server = await hub();
    const caller = new AbortController();
    const loading = loadModel(
      request('hub:org/name@main', { hub: { hubUrl: server.url }, signal: caller.signal, onProgress: () => caller.abort() }),
    );
    await expect(loading).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(join(cacheFolder, REPO_FOLDER))).toEqual([]);
  });
});
