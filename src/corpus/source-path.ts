/** From a path that a caller names to a real path that may be read. Nothing outside the root is ever opened. */
import { realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { FaqError } from '../errors.ts';
import { systemCode } from '../system-code.ts';
import { quoted } from './describe-value.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: refusing control characters is the purpose
const CONTROL = /[\u0000-\u001f\u007f]/u;

/** Where a caller's path is looked up. The root's own path is the server's affair. */
export const UNDER_ROOT = " under the server's corpus root (FAQMATCH_CORPUS_ROOT)";

/**
 * Error codes of the file system to ours. The cause holds the server's own path and is logged, never sent.
 * @param where UNDER_ROOT, or nothing for a path of the user's own.
 */
export function fileError(error: unknown, shown: string, where: string): FaqError {
  if (error instanceof FaqError) return error;
  const code = systemCode(error);
  const facts = { field: 'path', cause: error };
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const message = `Expected a file or folder, came ${quoted(shown)}, which does not exist${where}; check the path.`;
    return new FaqError('not_found', message, facts);
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new FaqError(
      'permission_denied',
      `Expected a readable file, came ${quoted(shown)}; give the program the right to read it.`,
      facts,
    );
  }
  if (code === 'ELOOP' || code === 'ENAMETOOLONG') {
    return new FaqError(
      'invalid_argument',
      `Expected a path that can be followed, came ${quoted(shown)}; shorten it or mend its links.`,
      facts,
    );
  }
  return new FaqError('internal', `Reading ${quoted(shown)} failed; the log has the cause.`, facts);
}

/** Whether a real path is the root or below it. */
export function isInside(root: string, path: string): boolean {
  const steps = relative(root, path);
  return steps === '' || (!isAbsolute(steps) && steps !== '..' && !steps.startsWith(`..${sep}`));
}

function checkForm(path: string): void {
  const steps = path.split('/');
  const wrong =
    path === '' || CONTROL.test(path) || path.includes('\\') || /^[a-z]:/iu.test(path) || isAbsolute(path) || steps.includes('..');
  if (!wrong) return;
  const message = `Expected a path below the corpus root such as shop/faq.yaml, came ${quoted(path)}; leave out "..", "\\" and a leading "/".`;
  throw new FaqError('invalid_argument', message, { field: 'path' });
}

/**
 * The real path of `path` under `root`, links followed.
 * @throws FaqError invalid_argument for an absolute path, "..", a backslash or a control character; permission_denied where a link leads out
 * of the root; not_found where nothing is there; failed_precondition where the root itself is missing.
 */
export async function resolveInside(root: string, path: string): Promise<{ readonly root: string; readonly path: string }> {
  checkForm(path);
  const realRoot = await realpath(root).catch((error: unknown) => {
    const message = 'Expected the configured corpus root to be a folder, came none; set FAQMATCH_CORPUS_ROOT to a folder that exists.';
    throw new FaqError('failed_precondition', message, { reason: 'CORPUS_ROOT_MISSING', cause: error });
  });
  const real = await realpath(join(realRoot, path)).catch((error: unknown) => {
    throw fileError(error, path, UNDER_ROOT);
  });
  if (!isInside(realRoot, real)) throw leadsOut(path);
  return { root: realRoot, path: real };
}

/** The refusal of a link out of the root. */
export function leadsOut(shown: string): FaqError {
  const message = `Expected a path below the corpus root, came ${quoted(shown)}, a link that leads out of it; copy the files in.`;
  return new FaqError('permission_denied', message, { field: 'path' });
}
