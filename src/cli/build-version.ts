/** The version of this build, from package.json. */
import { readFileSync } from 'node:fs';

/** E.g. `0.1.0`. The file lies two steps up from src/cli and from dist/cli alike. */
export function buildVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
