/**
 * Turns src/matching/dense-products.wat into a TypeScript module that holds the WebAssembly bytes.
 * With `--check` it writes nothing and fails where the committed module differs.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

interface Wabt {
  parseWat(
    name: string,
    text: string,
    features: Record<string, boolean>,
  ): { toBinary(options: object): { buffer: Uint8Array }; destroy(): void };
}

const source = new URL('../src/matching/dense-products.wat', import.meta.url);
const target = new URL('../src/matching/dense-products-wasm.ts', import.meta.url);

const wabt = (await createRequire(import.meta.url)('wabt')()) as Wabt;
const module = wabt.parseWat('dense-products.wat', await readFile(source, 'utf8'), { simd: true });
const bytes = Buffer.from(module.toBinary({}).buffer);
module.destroy();

const text = `/** Generated from dense-products.wat by \`npm run generate\`; do not edit. */

/** The WebAssembly module, base64. */
export const DENSE_PRODUCTS_WASM =
  '${bytes.toString('base64')}';
`;

if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8')) !== text) {
    console.error('src/matching/dense-products-wasm.ts differs from dense-products.wat; run: npm run generate');
    process.exitCode = 1;
  }
} else await writeFile(target, text);
