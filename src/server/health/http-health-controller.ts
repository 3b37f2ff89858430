/**
 * /livez and /readyz for orchestrators that do not speak gRPC.
 */
import { Controller, Get, HttpCode, Inject, ServiceUnavailableException } from '@nestjs/common';
import { HEALTH_STATE } from '../tokens.ts';
import type { HealthState } from './health-state.ts';

/** HTTP's own errors keep Nest's form; only gRPC's have the table. */
@Controller()
export class HttpHealthController {
  private readonly health: HealthState;

  constructor(@Inject(HEALTH_STATE) health: HealthState) {
    this.health = health;
  }

  /** 200 as long as the process answers at all: a restart would not help a server that waits for its first corpus. */
  @Get('livez')
  @HttpCode(200)
  live(): { readonly alive: true } {
    return { alive: true };
  }

  /** 200 where Match can be called, else 503 with the reasons. */
  @Get('readyz')
  ready(): { readonly ready: true; readonly reasons: readonly string[] } {
    const reasons = this.health.notReadyReasons();
    if (reasons.length > 0) throw new ServiceUnavailableException({ ready: false, reasons });
    return { ready: true, reasons };
  }
}
