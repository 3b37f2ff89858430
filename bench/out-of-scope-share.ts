/**
 * `FAQMATCH_EVAL_DATA=… node bench/out-of-scope-share.ts`: test rows of public sets mixed to known out-of-scope shares, and the share that
 * is estimated without their labels, as markdown. docs/decisions/0014-demands-and-share.md has the table.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Match } from '../src/answering/match-answer.ts';
import { markdownLines } from '../src/cli/table.ts';
import { loadConfig } from '../src/config/load-config.ts';
import { estimateShare } from '../src/matching/out-of-scope-share.ts';
import { seededNumbers } from '../src/quality/measures/bootstrap.ts';
import { openEncoder } from '../src/wiring/open-encoder.ts';
import { withThrowawayVersions } from '../src/wiring/throwaway-versions.ts';

const CURE = 'hint3-v2-curekart';
const SETS = [
  { title: 'HINT3 v2 Curekart', stored: [`${CURE}/train.jsonl`], inside: `${CURE}/test.jsonl`, outside: `${CURE}/oos-test.jsonl` },
  ...[
    { title: 'CLINC150, 10 an intent', stored: ['clinc150/train-10shot.jsonl'] },
    { title: 'the same, 100 counter-examples', stored: ['clinc150/train-10shot.jsonl', 'clinc150/oos-train.jsonl'] },
  ].map((set) => ({ ...set, inside: 'clinc150/test.jsonl', outside: 'clinc150/oos-test.jsonl' })),
];
const SHARES = [0.05, 0.1, 0.25, 0.4, 0.6, 0.8];
const MOST_ROWS = 1000;
const AT_ONCE = 16;

interface Row {
  readonly text: string;
  readonly intent: string | null;
}

const { config } = loadConfig();
const onProblem = (problem: string): void => console.error(`warning: ${problem}`);

async function linesOf(path: string): Promise<readonly Row[]> {
  const text = await readFile(join(config.evalData ?? '', path), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly text: string; readonly intent?: string | null })
    .map(({ text: utterance, intent }) => ({ text: utterance, intent: intent ?? null }));
}

function drawn(rows: readonly Row[]): readonly string[] {
  const random = seededNumbers(3);
  const keyed = rows.map(({ text }) => ({ text, key: random() })).toSorted((a, b) => a.key - b.key);
  return keyed.slice(0, MOST_ROWS).map(({ text }) => text);
}

async function posteriors(match: Match, texts: readonly string[]): Promise<readonly number[]> {
  const call = { corpus: 'mixed', topK: 1, minConfidence: undefined, filter: undefined, explain: true, version: undefined };
  const none: number[] = [];
  for (let start = 0; start < texts.length; start += AT_ONCE) {
    const answers = await Promise.all(texts.slice(start, start + AT_ONCE).map((utterance) => match({ ...call, utterance })));
    none.push(...answers.map(({ explanation }) => explanation?.noneConfidence ?? Number.NaN));
  }
  return none;
}

/** As many rows as both sides allow at each share. */
function estimates(inside: readonly number[], outside: readonly number[]): readonly string[] {
  return SHARES.map((share) => {
    const rows = Math.min(inside.length / (1 - share), outside.length / share);
    const out = Math.round(rows * share);
    const none = [...inside.slice(0, Math.floor(rows) - out), ...outside.slice(0, out)];
    return estimateShare({ none, fittedShare: config.outOfScopeShare }).toFixed(3);
  });
}

const encoder = await openEncoder(config, { onProblem });
const table: (readonly string[])[] = [];
try {
  await withThrowawayVersions(config, { encoder, onProblem }, async ({ versions, match }) => {
    for (const { title, stored, inside, outside } of SETS) {
      const rows = (await Promise.all(stored.map(linesOf))).flat();
      const data = Buffer.from(rows.map((row) => JSON.stringify(row)).join('\n'));
      await versions.reload('mixed', [{ name: 'faq.jsonl', data }]);
      const meant = await posteriors(match, drawn((await linesOf(inside)).filter(({ intent }) => intent !== null)));
      table.push([title, ...estimates(meant, await posteriors(match, drawn(await linesOf(outside))))]);
    }
  });
} finally {
  await encoder.close();
}
console.log(markdownLines(['true share', ...SHARES.map(String)], table).join('\n'));
