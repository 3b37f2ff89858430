/** The version of this build, from package.json. */
import { readFileSync } from 'node:fs';

/** E.g. `0.1.0`. The file lies one step up from src and from dist alike. */
export function buildVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known ? String(manifest.version) : 'unknown';
}
