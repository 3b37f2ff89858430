import { rm, truncate } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readModelFolder } from '../../../src/encoder/model-folder.ts';
import { createEncoder, type EncoderOptions, type OnnxEncoder } from '../../../src/encoder/onnx-encoder.ts';
import { copyModel, readParity, tinyModel } from '../../support/model-fixtures.ts';

const GPU_LIKE = new URL('../../support/gpu-like-worker.ts', import.meta.url);
const ROUNDING = new URL('../../support/rounding-gpu-worker.ts', import.meta.url);
const folder = tinyModel('tiny-pooled');

interface Opened {
  readonly encoder: OnnxEncoder;
  readonly problems: readonly string[];
}

async function withDevices<Result>(options: Partial<EncoderOptions>, use: (opened: Opened) => Promise<Result>): Promise<Result> {
  const problems: string[] = [];
  const model = await readModelFolder(folder);
  const encoder = await createEncoder({ model, workers: 2, onDeviceProblem: (problem) => problems.push(problem), ...options });
  try {
    return await use({ encoder, problems });
  } finally {
    await encoder.close();
  }
}

const devicesOf = ({ encoder, problems }: Opened) => ({
  device: encoder.info.device,
  bulkDevice: encoder.info.bulkDevice,
  workers: encoder.info.workers,
  problems: problems.length,
});

describe('a device that opens', () => {
  it('has one worker, and encodes matches and reloads', async () => {
    await withDevices({ device: 'webgpu', workerFile: GPU_LIKE }, async (opened) => {
      expect(devicesOf(opened)).toEqual({ device: 'webgpu', bulkDevice: undefined, workers: 1, problems: 0 });
    });
  });

  it('for reloads leaves the matches on the CPU, and both give a text the same vector', async () => {
    const { texts } = await readParity(folder);
    await withDevices({ bulkDevice: 'webgpu', workerFile: GPU_LIKE }, async (opened) => {
      expect(devicesOf(opened)).toEqual({ device: 'cpu', bulkDevice: 'webgpu', workers: 2, problems: 0 });
      const many = Array.from({ length: 600 }, (_, number) => `${texts[number % texts.length]} ${number}`);
      const stored = await opened.encoder.encodeAll(many);
      for (const row of [0, 1, 299, 599]) {
        const { vector } = await opened.encoder.encode(many[row] ?? '');
        vector.forEach((value, column) => {
          expect(Math.abs(value - (stored[row * 32 + column] ?? Number.NaN))).toBeLessThan(1e-5);
        });
      }
    });
  });

  it('is not used for reloads where its vectors differ from those of the matches, which is said once', async () => {
    await withDevices({ bulkDevice: 'webgpu', workerFile: ROUNDING }, async (opened) => {
      expect(devicesOf(opened)).toEqual({ device: 'cpu', bulkDevice: undefined, workers: 2, problems: 1 });
      expect(opened.problems[0]).toMatch(/webgpu cannot be used for reloads.*cosine 0\.9.*cpu instead/su);
    });
  });

  it('whose vectors differ keeps the encoder from starting where the fallback is refuse', async () => {
    const started = withDevices({ bulkDevice: 'webgpu', deviceFallback: 'refuse', workerFile: ROUNDING }, async () => undefined);
    await expect(started).rejects.toMatchObject({ code: 'failed_precondition', reason: 'DEVICE_UNAVAILABLE' });
  });
});

describe('a device that does not open', () => {
  it('is done without after one warning, also where both kinds of work ask for it', async () => {
    await withDevices({ device: 'cuda', bulkDevice: 'cuda', workerFile: GPU_LIKE }, async (opened) => {
      expect(devicesOf(opened)).toEqual({ device: 'cpu', bulkDevice: undefined, workers: 2, problems: 1 });
      expect(opened.problems[0]).toContain('The encoder runs on the CPU instead.');
    });
  });

  it('for reloads only leaves everything on the CPU after one warning', async () => {
    await withDevices({ bulkDevice: 'cuda', workerFile: GPU_LIKE }, async (opened) => {
      expect(devicesOf(opened)).toEqual({ device: 'cpu', bulkDevice: undefined, workers: 2, problems: 1 });
      expect(opened.problems[0]).toContain('Reloads encode on the CPU instead.');
    });
  });

  it('keeps the encoder from starting where the fallback is refuse, and says which setting to change', async () => {
    for (const choice of [{ device: 'cuda' }, { bulkDevice: 'cuda' }] as const) {
      const started = withDevices({ ...choice, deviceFallback: 'refuse', workerFile: GPU_LIKE }, async () => undefined);
      await expect(started).rejects.toMatchObject({
        code: 'failed_precondition',
        reason: 'DEVICE_UNAVAILABLE',
        message: expect.stringContaining('FAQMATCH_DEVICE_FALLBACK=warn'),
      });
    }
  });

  it('is passed over by auto without a word', async () => {
    await withDevices({ device: 'auto', deviceFallback: 'refuse', workerFile: GPU_LIKE }, async (opened) => {
      expect(devicesOf(opened)).toEqual({ device: 'webgpu', bulkDevice: undefined, workers: 1, problems: 0 });
    });
  });
});

describe.each(['cuda', 'webgpu'] as const)('the %s provider of this machine', (device) => {
  it('opens, or its refusal is passed on in one warning that says what it needs', async () => {
    await withDevices({ device }, async (opened) => {
      const { texts } = await readParity(folder);
      expect((await opened.encoder.encodeAll(texts)).length).toBe(texts.length * 32);
      if (opened.encoder.info.device === device) return;
      expect(devicesOf(opened)).toMatchObject({ device: 'cpu', problems: 1 });
      expect(opened.problems[0]).toMatch(new RegExp(`^The device ${device} cannot be used: .+ It needs .+ CPU instead\\.$`, 'su'));
    });
  });

  it('does not make a damaged model look like a missing device', async () => {
    const copy = await copyModel(folder);
    try {
      const model = await readModelFolder(copy);
      await truncate(model.graphFile, 100);
      await expect(createEncoder({ model, workers: 1, device })).rejects.toMatchObject({ code: 'data_loss', reason: 'MODEL_DAMAGED' });
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
