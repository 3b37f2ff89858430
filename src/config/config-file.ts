/** Reads the config file: YAML, one flat map of settings, each with its line. */
import { readFileSync } from 'node:fs';
import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { Fault } from '../errors.ts';
import { systemCode } from '../system-code.ts';
import { closestName } from './closest-name.ts';
import type { SettingName } from './schema.ts';
import { SETTING_NAMES } from './schema.ts';
import { isSettingName } from './setting-names.ts';

/** One value with the line that set it. */
export interface FileValue {
  readonly value: unknown;
  readonly line: number;
}

/** What a config file says, and what is wrong with it. */
export interface ConfigFile {
  readonly values: ReadonlyMap<SettingName, FileValue>;
  readonly faults: readonly Fault[];
}

function unknownSetting(name: string, place: { readonly file: string; readonly line: number }): Fault {
  const guess = closestName(name, SETTING_NAMES);
  const hint = guess === undefined ? 'see docs/configuration.md for the names' : `did you mean "${guess}"?`;
  return { ...place, field: name, code: 'unknown_setting', message: `there is no setting "${name}"; ${hint}` };
}

/** @param path the file, as the user named it. Never throws: what is wrong with the file comes back as faults. */
export function readConfigFile(path: string): ConfigFile {
  const wholeFile = { file: path, line: 0, field: '' };
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    const cause = systemCode(error) ?? 'unreadable';
    const message = `the config file cannot be read (${cause}); check the path given by --config or FAQMATCH_CONFIG`;
    return { values: new Map(), faults: [{ ...wholeFile, code: 'unreadable_file', message }] };
  }
  return parseConfigFile(path, source);
}

/** The same for text that was read already. */
export function parseConfigFile(path: string, source: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const faults: Fault[] = document.errors.map((error) => {
    return {
      file: path,
      line: lines.linePos(error.pos[0]).line,
      field: '',
      code: 'syntax_error',
      message: `not valid YAML: ${error.message}`,
    };
  });
  const values = new Map<SettingName, FileValue>();
  if (faults.length > 0 || document.contents === null) return { values, faults };
  if (!isMap(document.contents)) {
    const message = 'a map of settings was expected at the top, such as "dataDir: ./data"';
    return { values, faults: [{ file: path, line: 1, field: '', code: 'wrong_type', message }] };
  }
  for (const pair of document.contents.items) {
    const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
    const start = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    const line = lines.linePos(start).line;
    if (!isSettingName(name)) faults.push(unknownSetting(name, { file: path, line }));
    else
      try {
        values.set(name, { value: isNode(pair.value) ? pair.value.toJS(document) : pair.value, line });
      } catch (error) {
        // An alias without an anchor, or of too many others.
        faults.push({ file: path, line, field: name, code: 'syntax_error', message: `not valid YAML: ${String(error)}` });
      }
  }
  return { values, faults };
}
