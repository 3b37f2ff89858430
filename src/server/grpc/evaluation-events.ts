/** A report as events of EvaluateCorpus, each within what a client takes. */
import type { EvaluateCorpusResponse } from '../../generated/faqmatch/v1/admin.ts';
import { boundedReport } from '../../quality/report/bounded-report.ts';
import type { EvaluationReport } from '../../quality/report/evaluation-report.ts';
import { pageInThread } from '../../quality/report/page-in-thread.ts';
import { MAX_RESPONSE_BYTES } from '../edge/response-size.ts';

type ReportEvent = NonNullable<EvaluateCorpusResponse['event']>;

/** Bytes of a text's tag and length in a message. */
const FRAME_BYTES = 16;

const NO_MISTAKES = 'The mistakes are left out, since a response would not hold them: "faqmatch eval --html" lists them.';

/** The page, drawn beside what else the server does. */
async function page(report: EvaluationReport): Promise<string> {
  const whole = await pageInThread(report);
  if (Buffer.byteLength(whole) <= MAX_RESPONSE_BYTES - FRAME_BYTES) return whole;
  return pageInThread({ ...report, mistakes: [], notes: [...report.notes, NO_MISTAKES] });
}

/** The report's events, the JSON last. @param html whether the page was asked for. */
export async function reportEvents(report: EvaluationReport, html: boolean): Promise<readonly ReportEvent[]> {
  const json: ReportEvent = { $case: 'reportJson', value: JSON.stringify(boundedReport(report, MAX_RESPONSE_BYTES - FRAME_BYTES)) };
  return html ? [{ $case: 'reportHtml', value: await page(report) }, json] : [json];
}
