/**
 * Nest's way out for errors of gRPC handlers. Without it a plain Error would reach clients as UNKNOWN.
 */
import type { ArgumentsHost, RpcExceptionFilter } from '@nestjs/common';
import { Catch, Inject } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { type Observable, throwError } from 'rxjs';
import { REPORT_FAILURE } from '../tokens.ts';
import { toGrpcFailure } from './errors.ts';
import type { ReportFailure } from './failure-log.ts';

/** Every error becomes a status of the table; an RpcException that carries a status of its own passes through. */
@Catch()
export class GrpcExceptionFilter implements RpcExceptionFilter<unknown> {
  private readonly report: ReportFailure;

  constructor(@Inject(REPORT_FAILURE) report: ReportFailure) {
    this.report = report;
  }

  catch(exception: unknown, host: ArgumentsHost): Observable<never> {
    if (exception instanceof RpcException) {
      const inner = exception.getError();
      if (typeof inner === 'object' && 'code' in inner) return throwError(() => inner);
    }
    const call: unknown = host.getArgByIndex(2);
    return throwError(() => toGrpcFailure(this.report(exception, methodOf(call))));
  }
}

function methodOf(call: unknown): { readonly method?: string } {
  if (typeof call !== 'object' || call === null || !('getPath' in call) || typeof call.getPath !== 'function') return {};
  return { method: String(call.getPath()) };
}
