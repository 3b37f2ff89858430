/** Corpora and utterances to measure with: a public set where one is at hand, else sentences from templates. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stored question with its intent. */
export interface LabelledText {
  readonly text: string;
  readonly intent: string;
}

/** What a benchmark runs on. */
export interface Workload {
  /** Where the texts come from, for the report. */
  readonly source: string;
  /** Dealt round-robin over intents. */
  readonly questions: readonly LabelledText[];
  /** None of them equals a stored question. */
  readonly utterances: readonly string[];
}

const VERBS = [
  'cancel',
  'change',
  'check',
  'find',
  'get',
  'open',
  'pay',
  'renew',
  'report',
  'send',
  'stop',
  'track',
  'update',
  'use',
  'verify',
];
const THINGS = ['account', 'address', 'booking', 'card', 'contract', 'device', 'invoice', 'order', 'password', 'refund'];
const OPENINGS = [
  'how do I',
  'I want to',
  'can you help me to',
  'is there a way to',
  'please',
  'where can I',
  'I need to',
  'what if I',
  'why can I not',
];
const ENDINGS = [
  'today',
  'from my phone',
  'for my mother',
  'before the weekend',
  'without calling anyone',
  'on the website',
  'a second time',
  'abroad',
  'again',
];
const ASIDES = ['hello', 'sorry', 'quick question', 'urgent', 'hi there', 'one more thing'];

function templateQuestions(count: number): readonly LabelledText[] {
  const intents = VERBS.flatMap((verb) => THINGS.map((thing) => ({ verb, thing })));
  return Array.from({ length: count }, (_, number) => {
    const { verb, thing } = intents[number % intents.length] ?? { verb: 'check', thing: 'order' };
    const round = Math.floor(number / intents.length);
    const opening = OPENINGS[round % OPENINGS.length];
    const ending = ENDINGS[Math.floor(round / OPENINGS.length) % ENDINGS.length];
    return { text: `${opening} ${verb} my ${thing} ${ending}`, intent: `${verb}_${thing}` };
  });
}

function templateUtterances(): readonly string[] {
  return templateQuestions(1500).map(({ text }, index) => `${ASIDES[index % ASIDES.length]}, ${text.replace('my', 'the')} number ${index}`);
}

function readSet(path: string): readonly LabelledText[] {
  const rows = readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line): LabelledText => JSON.parse(line));
  return rows.filter(({ intent }) => intent !== null);
}

/** Deals rows out by intent in turns, so that any first n of them hold all intents evenly. */
function roundRobin(rows: readonly LabelledText[]): readonly LabelledText[] {
  const byIntent = Map.groupBy(rows, ({ intent }) => intent);
  const longest = Math.max(...Array.from(byIntent.values(), (list) => list.length));
  return Array.from({ length: longest }, (_, turn) => Array.from(byIntent.values(), (list) => list[turn]))
    .flat()
    .filter((row) => row !== undefined);
}

/** @param evalData folder of public sets; CLINC150 (150 intents) is read below it. */
export function loadWorkload(evalData: string | undefined): Workload {
  const folder = evalData === undefined ? undefined : join(evalData, 'clinc150');
  if (folder === undefined || !existsSync(join(folder, 'train.jsonl'))) {
    return { source: 'templates, 150 intents', questions: templateQuestions(10_000), utterances: templateUtterances() };
  }
  const questions = roundRobin(readSet(join(folder, 'train.jsonl')));
  const stored = new Set(questions.map(({ text }) => text.toLowerCase()));
  const utterances = roundRobin(readSet(join(folder, 'test.jsonl'))).map(({ text }) => text);
  return {
    source: 'CLINC150, 150 intents',
    questions,
    utterances: utterances.filter((text) => !stored.has(text.toLowerCase())).slice(0, 1500),
  };
}

/** The first questions as an FAQ file of the common public form. */
export function faqFile(questions: readonly LabelledText[]): Buffer {
  return Buffer.from(questions.map(({ text, intent }) => `${JSON.stringify({ text, intent })}\n`).join(''));
}

/** One text of about 100 words, so that short utterances have something to queue behind. */
export function longUtterance(utterances: readonly string[], number: number): string {
  return Array.from({ length: 12 }, (_, offset) => utterances[(number + offset) % utterances.length]).join(' and then ');
}
