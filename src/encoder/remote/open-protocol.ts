/** The protocol that an address names. */
import type { RemoteKind } from './address.ts';
import { openOpenAiHttp } from './openai-http.ts';
import type { RemoteProtocol } from './protocol.ts';
import type { RemoteSettings } from './settings.ts';
import { openTeiGrpc } from './tei-grpc.ts';
import { openTeiHttp } from './tei-http.ts';

const OPEN: Readonly<Record<RemoteKind, (settings: RemoteSettings) => RemoteProtocol>> = {
  'tei+http': openTeiHttp,
  'tei+grpc': openTeiGrpc,
  'openai+http': openOpenAiHttp,
};

/** Opens no socket yet. */
export function openProtocol(settings: RemoteSettings): RemoteProtocol {
  return OPEN[settings.address.kind](settings);
}
