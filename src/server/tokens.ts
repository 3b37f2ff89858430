/**
 * Names under which Nest hands the server's parts to its controllers.
 */

export const MATCH_DESK = Symbol('MATCH_DESK');
export const VERSIONS = Symbol('VERSIONS');
export const OPTIONS = Symbol('OPTIONS');
export const INFO_READER = Symbol('INFO_READER');
export const REPORT_FAILURE = Symbol('REPORT_FAILURE');
export const HEALTH_STATE = Symbol('HEALTH_STATE');
