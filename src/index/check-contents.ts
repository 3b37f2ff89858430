/**
 * Whether the parts of a version fit one another, checked before any of it is stored.
 */
import { FaqError } from '../errors.ts';
import { requireNames } from '../names.ts';
import { isArtifactName } from './artifact-name.ts';
import type { VersionContents } from './contract.ts';

/** How far a row's length may be from 1: float32 normalisation is off by 1e-6 at most, a forgotten one by far more. */
const UNIT_TOLERANCE = 1e-3;

function refuse(message: string): never {
  throw new FaqError('invalid_argument', message);
}

function checkUnitRows(vectors: Float32Array, dimension: number): void {
  for (let row = 0; row * dimension < vectors.length; row += 1) {
    let squares = 0;
    for (let place = row * dimension; place < (row + 1) * dimension; place += 1) squares += (vectors[place] ?? 0) ** 2;
    // The negated form refuses NaN too.
    if (!(Math.abs(Math.sqrt(squares) - 1) <= UNIT_TOLERANCE)) refuse(`Vector ${row} must have length 1; it has ${Math.sqrt(squares)}.`);
  }
}

/** @throws FaqError invalid_argument where the parts of a version do not fit one another. */
export function checkContents({ manifest, rows, vectors, artifacts }: VersionContents): void {
  const { corpus, version, dimension, questions } = manifest;
  requireNames(corpus, version);
  if (!Number.isInteger(dimension) || dimension < 1) refuse(`The dimension must be at least 1; it is ${dimension}.`);
  if (rows.length !== questions) refuse(`The manifest counts ${questions} questions; ${rows.length} rows came.`);
  if (vectors.length !== rows.length * dimension) {
    refuse(`${rows.length} rows of ${dimension} values need ${rows.length * dimension} values; ${vectors.length} came.`);
  }
  if (Number.isNaN(manifest.createdAt.getTime())) refuse('The time of creation is not a date.');
  checkUnitRows(vectors, dimension);
  const strange = rows.find(({ group }) => !Number.isInteger(group) || group < 0);
  if (strange !== undefined) refuse(`The group of a row must be a whole number from 0 on; it is ${strange.group}.`);
  for (const name of artifacts.keys()) {
    if (!isArtifactName(name)) refuse(`An artifact is named in a-z, 0-9, "." and "-"; ${JSON.stringify(name)} came.`);
  }
}
