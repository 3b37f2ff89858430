/**
 * Starts, drains and stops the server.
 */
import 'reflect-metadata';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { createAdmission } from './edge/admission.ts';
import { createFailureReport } from './edge/failure-log.ts';
import { cannotListen, GrpcTransport } from './grpc-transport.ts';
import { createHealthState } from './health/health-state.ts';
import { nestLogger } from './nest-logger.ts';
import type { ServerParts } from './options.ts';
import { createReflection } from './reflection.ts';
import { type ModuleParts, serverModule } from './server-module.ts';

/** A server that listens. */
export interface RunningServer {
  /** 0 for a unix socket. */
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Calls that run now. */
  readonly running: number;
  /** Health turns NOT_SERVING, new calls get UNAVAILABLE, running ones have drainMs to finish; then all is closed. For SIGTERM. */
  drain(): Promise<void>;
  /** Ends running calls with UNAVAILABLE and closes. The parts given stay open: they are the caller's. */
  close(): Promise<void>;
}

/** @throws FaqError failed_precondition where an address cannot be listened on. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { versions, encoder, logger, options, restored, servesWithoutStore = false } = parts;
  const health = createHealthState({ versions, logger, restored, servesWithoutStore, encoderReach: encoder.reach });
  const admission = createAdmission(() => health.starting, logger);
  const report = createFailureReport(logger);
  const app = await createApp({ ...parts, health, admission, report });
  const transport = new GrpcTransport({
    options,
    logger,
    interceptors: [admission.interceptor],
    addServices: (server) => {
      health.implementation.addToServer(server);
      createReflection().addToServer(server);
    },
  });
  app.connectMicroservice({ strategy: transport });
  let closing: Promise<void> | undefined;
  const close = async (waitMs: number) => {
    health.drain();
    admission.drain();
    await admission.idle(waitMs);
    admission.endAll();
    health.close();
    await app.close();
  };
  const closeOnce = (waitMs: number) => {
    closing ??= close(waitMs);
    return closing;
  };
  try {
    await app.startAllMicroservices();
    const httpPort = await listenHttp(app, options.httpAddress);
    return {
      grpcPort: transport.port,
      httpPort,
      get running() {
        return admission.running;
      },
      drain: () => closeOnce(options.drainMs),
      close: () => closeOnce(0),
    };
  } catch (error) {
    await closeOnce(0);
    throw error;
  }
}

async function createApp(parts: ModuleParts): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(serverModule(parts), {
    logger: nestLogger(parts.logger),
    abortOnError: false,
    bodyParser: false,
    forceCloseConnections: true,
  });
  app.disable('x-powered-by');
  return app;
}

async function listenHttp(app: INestApplication, address: string): Promise<number> {
  const url = new URL(`http://${address}`);
  try {
    await app.listen(Number(url.port === '' ? '80' : url.port), url.hostname.replace(/^\[|\]$/gu, ''));
  } catch (error) {
    throw cannotListen('HTTP', address, error instanceof Error ? error : new Error(String(error)));
  }
  const bound: unknown = app.getHttpServer().address();
  return typeof bound === 'object' && bound !== null && 'port' in bound ? Number(bound.port) : 0;
}
