/**
 * Where a remote encoder is and how it is spoken to: one address says both.
 * Opens nothing.
 */

/** The three ways to ask for vectors. */
export type RemoteKind = 'tei+http' | 'tei+grpc' | 'openai+http';

/** An address, taken apart. */
export interface RemoteAddress {
  readonly kind: RemoteKind;
  /** TLS. */
  readonly secure: boolean;
  /** For HTTP `http(s)://host[:port][/path]` without a slash at the end, for gRPC `host:port`. */
  readonly target: string;
  /** As it was written; holds no secret, since an address with a password is refused. */
  readonly shown: string;
}

/** What an address must look like, as it follows "expected ". */
export const REMOTE_ADDRESS_FORM =
  'tei+http://host:port, tei+https://…, tei+grpc://host:port, tei+grpcs://…, openai+http://host:port/v1 or openai+https://…, without a password, ? or #';

const FORM = /^(?<server>tei|openai)\+(?<transport>http|grpc)(?<secure>s?):\/\/(?<rest>\S+)$/u;

/** @returns undefined where the text is no such address. An OpenAI-compatible one without a path gets `/v1`; gRPC needs a port and takes no path. */
export function parseRemoteAddress(text: string): RemoteAddress | undefined {
  const { server, transport, secure, rest } = FORM.exec(text)?.groups ?? {};
  if (server === undefined || transport === undefined || (server === 'openai' && transport === 'grpc')) return undefined;
  const scheme = secure === 's' ? 'https' : 'http';
  if (!URL.canParse(`${scheme}://${rest}`)) return undefined;
  const url = new URL(`${scheme}://${rest}`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  const path = url.pathname.replace(/\/+$/u, '');
  const common = { secure: secure === 's', shown: text };
  if (transport === 'http') {
    const ending = server === 'openai' && path === '' ? '/v1' : path;
    return { ...common, kind: server === 'tei' ? 'tei+http' : 'openai+http', target: `${url.origin}${ending}` };
  }
  const port = /:(?<port>\d+)\/?$/u.exec(rest ?? '')?.groups?.port;
  if (port === undefined || path !== '') return undefined;
  return { ...common, kind: 'tei+grpc', target: `${url.hostname}:${port}` };
}
