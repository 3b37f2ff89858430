/**
 * `hub:org/name@revision` to its parts. Knows nothing of files or network.
 */
import { FaqError } from '../errors.ts';

/** A model on the hub, pinned. */
export interface HubName {
  /** `org/name`. */
  readonly repo: string;
  /** Commit, tag or branch. */
  readonly revision: string;
}

const FORM = /^hub:([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*)(?:@([A-Za-z0-9][\w./-]*))?$/u;
const COMMIT = /^[0-9a-f]{40}$/u;

/** True for a full commit, which needs no asking what it stands for. */
export function isCommit(revision: string): boolean {
  return COMMIT.test(revision);
}

/** @throws FaqError invalid_argument: not of the form, or no revision. */
export function parseHubName(text: string): HubName {
  const [, repo, revision] = FORM.exec(text) ?? [];
  if (repo === undefined || revision?.includes('..') === true) {
    throw new FaqError('invalid_argument', `Expected hub:org/name@revision, got "${text}".`, { field: 'model' });
  }
  if (revision === undefined) {
    throw new FaqError(
      'invalid_argument',
      `Expected a revision after "${text}", so that the model cannot change unseen: a commit is best, a tag or branch is resolved once and remembered. Write ${text}@main, for example.`,
      { field: 'model' },
    );
  }
  return { repo, revision };
}
