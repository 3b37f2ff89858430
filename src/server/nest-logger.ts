/**
 * Nest's own words into the server's log: its chatter at debug, its troubles as they are.
 */
import type { LoggerService } from '@nestjs/common';
import type { Logger } from 'pino';

/** Nest's last argument is the name of the part that speaks. */
export function nestLogger(logger: Logger): LoggerService {
  const quiet = (message: unknown, ...rest: unknown[]) => logger.debug({ nest: rest }, String(message));
  return {
    log: quiet,
    debug: quiet,
    verbose: quiet,
    warn: (message: unknown, ...rest: unknown[]) => logger.warn({ nest: rest }, String(message)),
    error: (message: unknown, ...rest: unknown[]) => logger.error({ err: message, nest: rest }, String(message)),
  };
}
