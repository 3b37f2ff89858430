/** Whether the configured Qdrant can be reached and used, as `faqmatch doctor` says it. */
import type { Config } from '../config/schema.ts';
import { FaqError } from '../errors.ts';
import { probeQdrant } from '../index/qdrant/probe.ts';
import { LEAST_QDRANT_VERSION } from '../index/qdrant/settings.ts';
import { qdrantSettingsOf } from '../wiring/open-versions.ts';
import { type Finding, fail, ok, warn } from './doctor-checks.ts';
import { isLoopback } from './loopback.ts';

const NAME = 'qdrant';

const NEXT: Readonly<Record<string, string>> = {
  INDEX_UNREACHABLE: 'Start Qdrant, or set QDRANT_URL to where it runs.',
  INDEX_SLOW: 'Look at the load of Qdrant and at the network between, or raise FAQMATCH_QDRANT_TIMEOUT_MS.',
  INDEX_TOO_OLD: `Upgrade Qdrant to ${LEAST_QDRANT_VERSION} or newer.`,
  INDEX_FORBIDDEN: 'Set QDRANT_API_KEY to a key that may manage collections.',
};

/** A URL with what a password would be in it taken out. */
function shown(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** A key over plain http can be read by everyone on the way. */
function sendsKeyInTheClear({ qdrantApiKey }: Config, url: string): boolean {
  return qdrantApiKey !== undefined && url.startsWith('http:') && !isLoopback(url);
}

async function checkNode(config: Config, url: string): Promise<Finding> {
  try {
    const { version, collections } = await probeQdrant({ ...qdrantSettingsOf(config), urls: [url] });
    const detail = `${version} at ${shown(url)}, ${collections} collections to be seen`;
    if (!sendsKeyInTheClear(config, url)) return ok(NAME, detail);
    return warn(NAME, `${detail}; the key travels in the clear`, 'Use https:// in QDRANT_URL: anyone on the way can read the key.');
  } catch (thrown) {
    const error = FaqError.from(thrown);
    return fail(NAME, `${shown(url)}: ${error.message}`, NEXT[error.reason ?? ''] ?? '');
  }
}

/** One finding per node, in the order of QDRANT_URL; none for the embedded index. Whether the key may write is not tried: nothing is made. */
export async function checkQdrant(config: Config): Promise<readonly Finding[]> {
  if (config.index !== 'qdrant') return [];
  return Promise.all(config.qdrantUrl.map((url) => checkNode(config, url)));
}
