/** `faqmatch backup` and `faqmatch restore` in this process, with what they printed. */
import { runProgram } from '../../src/cli/program.ts';
import type { QdrantSettings } from '../../src/index/qdrant/settings.ts';
import { fakeTerminal } from './fake-terminal.ts';

export interface CopyRun {
  readonly code: number;
  readonly err: string;
  /** One a corpus. */
  readonly corpora: readonly {
    readonly corpus: string;
    readonly versions: readonly string[];
    readonly copied: number;
    readonly active: string;
    readonly replaced: string;
  }[];
}

/** Flags that name a Qdrant. */
export function qdrantFlags({ urls, apiKey, prefix }: Pick<QdrantSettings, 'urls' | 'apiKey' | 'prefix'>): readonly string[] {
  const key = apiKey === undefined ? [] : ['--qdrant-api-key', apiKey];
  return ['--index', 'qdrant', '--qdrant-url', urls.join(','), '--qdrant-prefix', prefix, ...key];
}

/** @param args the command, its folder and corpora, and flags. */
export async function runCopy(...args: readonly string[]): Promise<CopyRun> {
  const terminal = fakeTerminal();
  const code = await runProgram([...args, '--json'], terminal);
  return { code, err: terminal.complaints.join('\n'), corpora: terminal.written.map((line) => JSON.parse(line)) };
}
