/** One channel to one server with the contract's services on it; grpc-js reconnects it as often as needed. */
import type { Client } from '@grpc/grpc-js';
import { connectivityState, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { FaqError } from '../errors.ts';
import { CorpusAdminServiceClient } from '../generated/faqmatch/v1/admin.ts';
import { FaqServiceClient } from '../generated/faqmatch/v1/faq.ts';
import { InfoServiceClient } from '../generated/faqmatch/v1/info.ts';
import { MatchServiceClient } from '../generated/faqmatch/v1/match.ts';
import type { ClientOptions } from './options.ts';

/** Reason of the error for calls of a client that was closed. */
export const CLIENT_CLOSED = 'CLIENT_CLOSED';

/** Admin messages may be this large. */
const ADMIN_MESSAGE_BYTES = 64 * 1024 * 1024;

/** The stubs of one channel. */
export interface Connection {
  readonly match: MatchServiceClient;
  readonly faq: FaqServiceClient;
  readonly info: InfoServiceClient;
  readonly admin: CorpusAdminServiceClient;
  /** A stub without methods of its own, for services outside the contract. */
  readonly bare: Client;
  /** Whether a connection stands right now. */
  connected(): boolean;
  /** @throws FaqError failed_precondition, reason CLIENT_CLOSED, once it was closed. */
  requireOpen(): void;
  close(): void;
}

/**
 * Opens a channel; nothing is sent until the first call. Reconnecting starts after 100 ms and slows to 2 s: chatbots come back soon after a
 * restart, and a server is not run over.
 */
export function openConnection(address: string, options: Pick<ClientOptions, 'keepaliveMs'>): Connection {
  const channelOptions = {
    'grpc.max_receive_message_length': ADMIN_MESSAGE_BYTES,
    'grpc.max_send_message_length': ADMIN_MESSAGE_BYTES,
    'grpc.keepalive_time_ms': options.keepaliveMs ?? 30_000,
    'grpc.keepalive_timeout_ms': 10_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.min_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2000,
  };
  const insecure = credentials.createInsecure();
  const match = new MatchServiceClient(address, insecure, channelOptions);
  const channel = match.getChannel();
  const shared = { channelOverride: channel };
  let closed = false;
  const Bare = makeGenericClientConstructor({}, 'bare');
  return {
    match,
    faq: new FaqServiceClient(address, insecure, shared),
    info: new InfoServiceClient(address, insecure, shared),
    admin: new CorpusAdminServiceClient(address, insecure, shared),
    bare: new Bare(address, insecure, shared),
    connected: () => channel.getConnectivityState(false) === connectivityState.READY,
    requireOpen() {
      if (closed) throw new FaqError('failed_precondition', 'This client was closed; make another one.', { reason: CLIENT_CLOSED });
    },
    close() {
      closed = true;
      channel.close();
    },
  };
}
