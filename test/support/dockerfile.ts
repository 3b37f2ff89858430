/** Reads a Dockerfile as far as our tests ask: stages, their instructions, arguments. It knows no here-documents and no escape directive. */
import { readFileSync } from 'node:fs';

/** One instruction, its continued lines joined and comments dropped. */
export interface Instruction {
  /** Upper case, e.g. `RUN`. */
  readonly keyword: string;
  readonly rest: string;
}

/** A `FROM` and what follows it. */
export interface Stage {
  /** As written, with global arguments filled in. */
  readonly image: string;
  readonly name: string | undefined;
  readonly instructions: readonly Instruction[];
}

function instructionsOf(text: string): readonly Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/u.test(line));
  return lines
    .join('\n')
    .replaceAll(/\\\n/gu, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', rest = ''] = /^\s*(\S+)\s*(.*)$/u.exec(line) ?? [];
      return { keyword: keyword.toUpperCase(), rest: rest.trim() };
    });
}

/** The stages in their order. @param args build arguments; those declared before the first stage have their defaults otherwise. */
export function readDockerfile(path: string, args: Readonly<Record<string, string>> = {}): readonly Stage[] {
  const values = new Map<string, string>();
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(readFileSync(path, 'utf8'))) {
    const { keyword, rest } = instruction;
    const stage = stages.at(-1);
    if (keyword === 'FROM') {
      const [reference = '', , name] = rest.split(/\s+/u);
      stages.push({ image: reference.replaceAll(/\$\{(\w+)\}/gu, (_, arg: string) => values.get(arg) ?? ''), name, instructions: [] });
    } else if (stage !== undefined) stage.instructions.push(instruction);
    else if (keyword === 'ARG') {
      const [arg = '', fallback = ''] = rest.split('=');
      values.set(arg, args[arg] ?? fallback);
    }
  }
  return stages;
}

/** The stages that the last one is built from, itself last: the bases of a stage, and theirs. */
export function lineage(stages: readonly Stage[]): readonly Stage[] {
  const chain: Stage[] = [];
  for (let stage = stages.at(-1); stage !== undefined; ) {
    chain.unshift(stage);
    const { image } = stage;
    stage = stages.find(({ name }) => name === image);
  }
  return chain;
}

/** All of one keyword's instructions in a stage, without the keyword. */
export function restsOf(stage: Stage | undefined, keyword: string): readonly string[] {
  return (stage?.instructions ?? []).filter((instruction) => instruction.keyword === keyword).map(({ rest }) => rest);
}

/** What `ENV` sets in a stage; values without spaces and quotes only. */
export function environmentOf(stage: Stage | undefined): Readonly<Record<string, string>> {
  const pairs = restsOf(stage, 'ENV').flatMap((rest) => rest.split(/\s+/u));
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}
