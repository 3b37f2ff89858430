/**
 * FeedbackService on the wire: in the contract, not built yet. It says so instead of failing silently.
 */
import { GrpcMethod } from '@nestjs/microservices';
import { callNotBuilt } from '../edge/violations.ts';
import { GrpcController } from './grpc-controller.ts';

/** Every call answers UNIMPLEMENTED. */
@GrpcController()
export class FeedbackController {
  @GrpcMethod('FeedbackService', 'submitFeedback')
  submitFeedback(): never {
    throw callNotBuilt('SubmitFeedback');
  }

  @GrpcMethod('FeedbackService', 'listUnanswered')
  listUnanswered(): never {
    throw callNotBuilt('ListUnanswered');
  }

  @GrpcMethod('FeedbackService', 'clusterUnanswered')
  clusterUnanswered(): never {
    throw callNotBuilt('ClusterUnanswered');
  }
}
