/** Whether the configured remote encoder can be reached and gives the right vectors, as `faqmatch doctor` says it. */
import type { ModelFolder } from '../encoder/model-folder.ts';
import { probeRemote } from '../encoder/remote/probe.ts';
import { remoteWords } from '../encoder/remote/remote-errors.ts';
import type { RemoteSettings } from '../encoder/remote/settings.ts';
import { FaqError } from '../errors.ts';
import { type Finding, fail, ok, warn } from './doctor-checks.ts';
import { isLoopback } from './loopback.ts';

const NAME = 'remote encoder';

const NEXT: Readonly<Record<string, string>> = {
  REMOTE_UNREACHABLE: 'Start the server, or set FAQMATCH_ENCODER_URL to where it runs.',
  REMOTE_UNTRUSTED: 'Set NODE_EXTRA_CA_CERTS, or write http or grpc without the s.',
  REMOTE_SLOW: 'Look at its load and at the network between.',
  REMOTE_FORBIDDEN: 'Set FAQMATCH_ENCODER_API_KEY.',
  REMOTE_UNKNOWN_CALL: 'Correct FAQMATCH_ENCODER_URL or FAQMATCH_ENCODER_MODEL.',
  REMOTE_MISMATCH: 'Serve the model of FAQMATCH_MODEL, or set FAQMATCH_MODEL to what is served, and reload every corpus.',
};

/** One finding for the way there, and one for the vectors where a folder says what they must be. */
export async function checkRemoteEncoder(settings: RemoteSettings, model: ModelFolder | undefined): Promise<readonly Finding[]> {
  const { address, apiKey } = settings;
  try {
    const { facts, dimension, parity, glanceMs } = await probeRemote(settings, model);
    const detail = `${facts.model} at ${address.shown}, ${dimension} dimensions, ${glanceMs.toFixed(0)} ms for a few texts`;
    const clear = apiKey !== undefined && !address.secure && !isLoopback(address.shown);
    const reached = clear
      ? warn(
          NAME,
          `${detail}; the key travels in the clear`,
          'Use https or grpcs in FAQMATCH_ENCODER_URL: anyone on the way can read the key.',
        )
      : ok(NAME, detail);
    if (parity === undefined) return [reached, warn('parity', 'no model folder here, so the vectors are taken as they are')];
    return [reached, ok('parity', `least cosine ${parity.leastCosine.toFixed(4)} to the model folder over ${parity.texts} texts`)];
  } catch (thrown) {
    const error = FaqError.from(thrown);
    const words = remoteWords(error);
    const said = words === '' ? '' : ` It said: ${words}`;
    return [fail(NAME, `${address.shown}: ${error.message}${said}`, NEXT[error.reason ?? ''] ?? 'Look at the log of that server.')];
  }
}
