/**
 * What every gRPC controller is: a Nest controller whose errors leave as statuses of our table.
 * A global filter would also catch HTTP's errors, which have their own form.
 */
import { applyDecorators, Controller, UseFilters } from '@nestjs/common';
import { GrpcExceptionFilter } from '../edge/exception-filter.ts';

/** Use it in place of Nest's Controller for gRPC. */
export function GrpcController(): ClassDecorator {
  return applyDecorators(Controller(), UseFilters(GrpcExceptionFilter));
}
