/**
 * CorpusAdminService's requests, checked, and what versions report, on the wire.
 */
import type { SourceFile } from '../../corpus/corpus.ts';
import { inlineSource } from '../../corpus/inline-source.ts';
import { readSource } from '../../corpus/read-source.ts';
import type {
  ActivateVersionRequest,
  ReloadCorpusRequest,
  ReloadResult as ReloadResultMessage,
  ValidateCorpusRequest,
  ValidateCorpusResponse,
  VersionInfo,
} from '../../generated/faqmatch/v1/admin.ts';
import type { ReloadResult, Validation, VersionSummary } from '../../versions/contract.ts';
import { collectViolations, fieldNotBuilt } from '../edge/violations.ts';
import { checkNamed, checkNewCorpusName } from './names.ts';

type Source = ReloadCorpusRequest['source'];

/** @throws InvalidRequest; FaqError unimplemented for `force`. */
export function checkReload(request: ReloadCorpusRequest): void {
  checkSource(request);
  if (request.force) throw forceNotBuilt();
}

/** @throws InvalidRequest. */
export function checkSource({ corpus, source }: Pick<ValidateCorpusRequest, 'corpus' | 'source'>): void {
  const violations = collectViolations();
  checkNewCorpusName(corpus, violations);
  violations.check(source === undefined, 'source', () => 'expected path or inline; neither is set.');
  if (source?.$case === 'path') checkNamed(source.value, 'path', violations);
  violations.throwIfAny();
}

/** @throws InvalidRequest; FaqError unimplemented for `force`. */
export function checkActivate({ corpus, version, force }: ActivateVersionRequest): void {
  const violations = collectViolations();
  checkNamed(corpus, 'corpus', violations);
  checkNamed(version, 'version', violations);
  violations.throwIfAny();
  if (force) throw forceNotBuilt();
}

/** @throws InvalidRequest. */
export function checkCorpusNamed(corpus: string): void {
  const violations = collectViolations();
  checkNamed(corpus, 'corpus', violations);
  violations.throwIfAny();
}

/** Without the gate there is nothing to overrule: accepting the field would promise what it does not do. */
function forceNotBuilt() {
  return fieldNotBuilt('force', 'FORCE_NOT_BUILT');
}

/** The request's files. @throws FaqError invalid_argument, permission_denied, not_found, cancelled. */
export async function sourceFiles(source: Source, corpusRoot: string, signal: AbortSignal): Promise<readonly SourceFile[]> {
  if (source?.$case === 'inline') return inlineSource(source.value);
  return readSource({ root: corpusRoot, path: source?.value ?? '', signal });
}

/** A reload's end on the wire. */
export function toReloadResult({ method, learnt, ...result }: ReloadResult): ReloadResultMessage {
  return { ...result, ...learnt, previousVersion: result.previousVersion ?? '', searchMethod: method.kind, recallAt10: method.recallAt10 };
}

/** What is wrong with files, on the wire. */
export function toValidation(validation: Validation): ValidateCorpusResponse {
  return { ...validation, valid: validation.faults.length === 0 };
}

/** A stored version on the wire. */
export function toVersionInfo({ modelDigest, problem, ...version }: VersionSummary): VersionInfo {
  return { ...version, model: modelDigest, usable: problem === undefined, problem: problem ?? '' };
}
