/**
 * Nest's gRPC transport with what it leaves out: the port it got, services before the port opens, words for a port in use.
 */
import { stat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { type ServerOptions as GrpcServerOptions, Server, ServerCredentials, type ServerInterceptor, setLogger } from '@grpc/grpc-js';
import { ServerGrpc } from '@nestjs/microservices';
import type { Logger } from 'pino';
import { FaqError } from '../errors.ts';
import type { ServerOptions } from './options.ts';
import { PACKAGE, packageDefinition } from './services.ts';

/** What the transport stands on. */
export interface TransportParts {
  readonly options: ServerOptions;
  readonly logger: Logger;
  readonly interceptors: readonly ServerInterceptor[];
  /** Adds services of other packages: health, reflection. */
  readonly addServices: (server: Server) => void;
}

/** How long a closed connection's last bytes may take. */
const SHUTDOWN_MS = 1_000;

/** Finds clients that vanished without closing: their calls would count as running for good. */
const KEEPALIVE: GrpcServerOptions = { 'grpc.keepalive_time_ms': 60_000, 'grpc.keepalive_timeout_ms': 20_000 };

/** One gRPC server behind Nest's microservice; started and closed by Nest. */
export class GrpcTransport extends ServerGrpc {
  /** The port that was taken; 0 before listening and for unix sockets. */
  port = 0;
  private readonly parts: TransportParts;
  private server: Server | undefined;

  constructor(parts: TransportParts) {
    super({ package: PACKAGE, packageDefinition: packageDefinition(parts.options.limits), url: parts.options.grpcAddress });
    this.parts = parts;
    // grpc-js would write to standard error on its own; what matters of it reaches us as errors.
    const say = (...words: unknown[]) => parts.logger.debug({ grpc: words.map(String) }, 'grpc-js');
    setLogger({ error: say, info: say, debug: say });
  }

  /** Nest binds here; we bind in start(), when the services are there, so that no early call meets UNIMPLEMENTED. */
  override async createClient(): Promise<Server> {
    const { options, interceptors, addServices } = this.parts;
    this.server = new Server({
      ...KEEPALIVE,
      interceptors: [...interceptors],
      // One limit per server in grpc-js: the larger one. services.ts holds chatbots to theirs.
      'grpc.max_receive_message_length': options.limits.maxAdminMessageBytes,
      'grpc.max_send_message_length': -1,
    });
    addServices(this.server);
    return this.server;
  }

  override async start(callback?: () => void): Promise<void> {
    await this.bindEvents();
    if (this.server !== undefined) this.port = await bind(this.server, this.parts.options.grpcAddress);
    callback?.();
  }

  /** Lets the last answers out, then cuts. */
  override async close(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        server.forceShutdown();
        resolve();
      }, SHUTDOWN_MS);
      server.tryShutdown(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.grpcClient = null;
  }
}

/** Removes a socket's file that a killed server left, where nobody listens; there is none most of the time. */
async function clearLeftOver(path: string): Promise<void> {
  const facts = await stat(path).catch(() => undefined);
  if (facts?.isSocket() !== true) return;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const caller = connect(path);
  caller.once('connect', () => resolve(false)).once('error', (error) => resolve('code' in error && error.code === 'ECONNREFUSED'));
  if (await promise.finally(() => caller.destroy())) await unlink(path);
}

async function bind(server: Server, address: string): Promise<number> {
  const isSocket = address.startsWith('unix:');
  // Beforehand, since grpc-js remembers an address that it could not bind.
  if (isSocket) await clearLeftOver(address.slice('unix:'.length));
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, port) => {
      if (error === null) resolve(isSocket ? 0 : port);
      else reject(cannotListen('gRPC', address, error));
    });
  });
}

/** @param protocol for the message. */
export function cannotListen(protocol: string, address: string, cause: Error): FaqError {
  const inUse = cause.message.includes('EADDRINUSE');
  const why = inUse
    ? 'the address is in use; stop the other program or choose another address'
    : 'the address cannot be used; choose another';
  return new FaqError('failed_precondition', `The server cannot listen for ${protocol} on ${address}: ${why}.`, {
    reason: inUse ? 'ADDRESS_IN_USE' : 'ADDRESS_UNUSABLE',
    cause,
  });
}
