/** A parsed file that still knows the line of each of its parts. Knows nothing of entries. */

/** Keys and positions from the document's root. */
export type Path = readonly (string | number)[];

/** What a format reader makes of a file. */
export interface SourceDocument {
  readonly file: string;
  /** Plain data: null, booleans, numbers, strings, arrays and objects with own properties only. */
  readonly value: unknown;
  /** Line from 1 of the value at the path, or of its nearest parent that exists; 0 where nothing is known. */
  lineOf(path: Path): number;
  /** How a person names the path, e.g. `entries[3].questions`. */
  fieldOf(path: Path): string;
}

/** A part of a document. Cheap: the line is looked up only when something is wrong there. */
export interface Place {
  readonly document: SourceDocument;
  readonly path: Path;
}

/** The place of a child. */
export function within(place: Place, ...steps: Path): Place {
  return { document: place.document, path: [...place.path, ...steps] };
}

/** `entries[3].questions`; a key that is no plain word is quoted: `metadata["a b"]`. */
export function formatPath(path: Path): string {
  let field = '';
  for (const step of path) {
    if (typeof step === 'number') field += `[${step}]`;
    else if (!/^[\w-]+$/u.test(step)) field += `[${JSON.stringify(step)}]`;
    else field += field === '' ? step : `.${step}`;
  }
  return field;
}

/** A document that is a file and nothing more: for faults of the whole file. */
export function wholeFile(file: string, line = 0): Place {
  return { document: { file, value: undefined, lineOf: () => line, fieldOf: formatPath }, path: [] };
}

/** Narrows to a mapping. */
export function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
