/**
 * What an artifact of a version may be called; such a name is safe in a path.
 */

const ARTIFACT = /^(?!\.\.?$)[a-z0-9.-]+$/u;

/** True for a name that an artifact can have. */
export function isArtifactName(name: string): boolean {
  return ARTIFACT.test(name);
}
