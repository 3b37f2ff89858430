/**
 * Names under which Nest hands the server's parts to its controllers.
 */

/** The MatchDesk. */
export const MATCH_DESK = Symbol('MATCH_DESK');
/** The Versions. */
export const VERSIONS = Symbol('VERSIONS');
/** The ServerOptions. */
export const OPTIONS = Symbol('OPTIONS');
/** A function that reads what GetInfo answers. */
export const INFO_READER = Symbol('INFO_READER');
/** The ReportFailure. */
export const REPORT_FAILURE = Symbol('REPORT_FAILURE');
/** The HealthState. */
export const HEALTH_STATE = Symbol('HEALTH_STATE');
/** The TrafficShares. */
export const TRAFFIC_SHARES = Symbol('TRAFFIC_SHARES');
/** The Evaluator. */
export const EVALUATOR = Symbol('EVALUATOR');
