/**
 * The services of the contract as one package definition: the same codec as the client's, each request bounded.
 */
import type { ServiceDefinition } from '@grpc/grpc-js';
import type { GrpcOptions } from '@nestjs/microservices';
import { CorpusAdminServiceService } from '../generated/faqmatch/v1/admin.ts';
import { FaqServiceService } from '../generated/faqmatch/v1/faq.ts';
import { FeedbackServiceService } from '../generated/faqmatch/v1/feedback.ts';
import { InfoServiceService } from '../generated/faqmatch/v1/info.ts';
import { MatchServiceService } from '../generated/faqmatch/v1/match.ts';
import { limitMessages } from './edge/message-limits.ts';
import type { ServerLimits } from './options.ts';

/** Package of the contract. */
export const PACKAGE = 'faqmatch.v1';

/** @param limits of a chatbot's and of an admin's message. */
export function packageDefinition({
  maxMessageBytes,
  maxAdminMessageBytes,
}: ServerLimits): NonNullable<GrpcOptions['options']['packageDefinition']> {
  const chatbots: Record<string, ServiceDefinition> = {
    MatchService: MatchServiceService,
    FaqService: FaqServiceService,
    InfoService: InfoServiceService,
    FeedbackService: FeedbackServiceService,
  };
  const bounded = Object.entries(chatbots).map(
    ([name, service]) => [`${PACKAGE}.${name}`, limitMessages(service, maxMessageBytes)] as const,
  );
  return {
    ...Object.fromEntries(bounded),
    [`${PACKAGE}.CorpusAdminService`]: limitMessages(CorpusAdminServiceService, maxAdminMessageBytes),
  };
}
