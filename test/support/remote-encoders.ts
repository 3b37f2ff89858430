/** Remote encoders over a test's server, with short waits. */
import type { Encoder } from '../../src/encoder/encoder.ts';
import type { ModelFolder } from '../../src/encoder/model-folder.ts';
import { parseRemoteAddress, type RemoteKind } from '../../src/encoder/remote/address.ts';
import { createRemoteEncoder, type RemoteEncoderOptions } from '../../src/encoder/remote/remote-encoder.ts';
import { DEFAULT_REMOTE_SETTINGS, type RemoteSettings } from '../../src/encoder/remote/settings.ts';
import type { EmbeddingServer } from './embedding-server.ts';

export const REMOTE_KINDS: readonly RemoteKind[] = ['tei+http', 'tei+grpc', 'openai+http'];

/** Settings for a server; OpenAI's has to be told a model. */
export function remoteSettings(server: Pick<EmbeddingServer, 'url' | 'kind'>, settings: Partial<RemoteSettings> = {}): RemoteSettings {
  const address = parseRemoteAddress(server.url);
  if (address === undefined) throw new Error(`${server.url} is no address.`);
  const model = server.kind === 'openai+http' ? { model: 'faqmatch-minilm-l6' } : {};
  return { ...DEFAULT_REMOTE_SETTINGS, ...model, address, ...settings };
}

export interface RemoteOptions extends Partial<Omit<RemoteEncoderOptions, 'settings' | 'model'>> {
  readonly model: ModelFolder | undefined;
  readonly settings?: Partial<RemoteSettings>;
}

export function openRemote(server: Pick<EmbeddingServer, 'url' | 'kind'>, { settings = {}, ...options }: RemoteOptions): Promise<Encoder> {
  return createRemoteEncoder({ maxWaiting: 512, maxCharacters: 2_000, ...options, settings: remoteSettings(server, settings) });
}
