import { afterEach, expect, test, vi } from 'vitest';
import { askForExactProducts } from '../../../src/config/exact-products.ts';

afterEach(() => vi.unstubAllEnvs());

test('where CUDA may be used its products are asked for in full, and what someone set is left alone', () => {
  const asked = (device: 'cpu' | 'cuda' | 'auto', bulkDevice: 'cpu' | 'cuda' | 'auto', set?: string) => {
    vi.stubEnv('NVIDIA_TF32_OVERRIDE', set);
    askForExactProducts({ device, bulkDevice });
    return process.env.NVIDIA_TF32_OVERRIDE;
  };
  expect(asked('cpu', 'cpu')).toBeUndefined();
  expect([asked('cuda', 'cpu'), asked('cpu', 'auto')]).toEqual(['0', '0']);
  expect(asked('cuda', 'cuda', '1')).toBe('1');
});
