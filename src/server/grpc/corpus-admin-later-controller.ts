/**
 * Calls of CorpusAdminService that are in the contract and not built yet. Each says so instead of failing silently.
 */
import { GrpcMethod } from '@nestjs/microservices';
import { callNotBuilt } from '../edge/violations.ts';
import { GrpcController } from './grpc-controller.ts';

/** Every call answers UNIMPLEMENTED. */
@GrpcController()
export class CorpusAdminLaterController {
  @GrpcMethod('CorpusAdminService', 'diffCorpus')
  diffCorpus(): never {
    throw callNotBuilt('DiffCorpus');
  }

  @GrpcMethod('CorpusAdminService', 'deleteVersion')
  deleteVersion(): never {
    throw callNotBuilt('DeleteVersion');
  }

  @GrpcMethod('CorpusAdminService', 'lintCorpus')
  lintCorpus(): never {
    throw callNotBuilt('LintCorpus');
  }

  @GrpcMethod('CorpusAdminService', 'upsertEntries')
  upsertEntries(): never {
    throw callNotBuilt('UpsertEntries');
  }

  @GrpcMethod('CorpusAdminService', 'deleteEntries')
  deleteEntries(): never {
    throw callNotBuilt('DeleteEntries');
  }

  @GrpcMethod('CorpusAdminService', 'exportCorpus')
  exportCorpus(): never {
    throw callNotBuilt('ExportCorpus');
  }

  @GrpcMethod('CorpusAdminService', 'cancelOperation')
  cancelOperation(): never {
    throw callNotBuilt('CancelOperation');
  }

  @GrpcMethod('CorpusAdminService', 'deleteCorpus')
  deleteCorpus(): never {
    throw callNotBuilt('DeleteCorpus');
  }
}
