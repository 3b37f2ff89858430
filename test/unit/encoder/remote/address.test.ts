import { expect, test } from 'vitest';
import { loadConfig } from '../../../../src/config/load-config.ts';
import { printableConfig, REDACTED } from '../../../../src/config/print-config.ts';
import { parseRemoteAddress } from '../../../../src/encoder/remote/address.ts';

test.each([
  ['tei+http://127.0.0.1:8080', 'tei+http', false, 'http://127.0.0.1:8080'],
  ['tei+https://gpu.internal/encoder/', 'tei+http', true, 'https://gpu.internal/encoder'],
  ['tei+grpc://gpu.internal:50051', 'tei+grpc', false, 'gpu.internal:50051'],
  ['tei+grpcs://[::1]:443/', 'tei+grpc', true, '[::1]:443'],
  ['tei+grpc://gpu.internal:80', 'tei+grpc', false, 'gpu.internal:80'],
  ['openai+http://localhost:8000', 'openai+http', false, 'http://localhost:8000/v1'],
  ['openai+https://host/openai/v1', 'openai+http', true, 'https://host/openai/v1'],
])('%s is an address of kind %s', (text, kind, ...parts) => {
  const [secure, target] = parts;
  expect(parseRemoteAddress(text)).toEqual({ kind, secure, target, shown: text });
});

test.each([
  'http://localhost:8080',
  'tei://localhost',
  'openai+grpc://localhost:1',
  'tei+grpc://localhost',
  'tei+grpc://localhost:1/path',
  'tei+grpc://localhost/path:1',
  'tei+http://user:password@localhost',
  'tei+http://user@localhost',
  'tei+http://:password@localhost',
  'tei+http://localhost?key=1',
  'tei+http://localhost#here',
  'tei+http://',
  'tei+http://a b',
  'TEI+http://localhost',
])('%s is no address', (text) => {
  expect(parseRemoteAddress(text)).toBeUndefined();
  expect(() => loadConfig({ environment: { FAQMATCH_ENCODER_URL: text } })).toThrow(/encoderUrl: expected tei\+http/u);
});

test('the key is never printed', () => {
  const { config } = loadConfig({ environment: { FAQMATCH_ENCODER_URL: 'tei+http://h:1', FAQMATCH_ENCODER_API_KEY: 'hunter2' } });
  expect(printableConfig(config)).toMatchObject({ encoderUrl: 'tei+http://h:1', encoderApiKey: REDACTED });
});
