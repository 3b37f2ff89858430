/**
 * Small FAQ files for tests, written as code.
 */
import type { SourceFile } from '../../src/corpus/corpus.ts';

export interface FaqItem {
  readonly id: string;
  readonly questions: readonly string[];
  readonly answer?: string;
  readonly locale?: string;
  readonly tags?: readonly string[];
  readonly counter_examples?: readonly string[];
  readonly min_confidence?: number;
  readonly min_precision?: number;
}

/** One faq.json with the given entries. */
export function faqFile(entries: readonly FaqItem[], counterExamples: readonly string[] = []): readonly SourceFile[] {
  const content = { entries: entries.map((entry) => ({ answer: `Answer of ${entry.id}.`, ...entry })), counter_examples: counterExamples };
  return [{ name: 'faq.json', data: Buffer.from(JSON.stringify(content)) }];
}

/** Three entries with three questions each: nine distinct questions. */
export const DELIVERY: readonly FaqItem[] = [
  { id: 'track', questions: ['Where is my parcel?', 'track my parcel', 'parcel never came'] },
  { id: 'refund', questions: ['How do I get a refund?', 'refund status', 'money back please'] },
  { id: 'hours', questions: ['When do you open?', 'opening hours', 'are you open on sunday'] },
];

/** Two utterances that must be refused. */
export const CHATTER: readonly string[] = ['tell me a joke', 'what is the weather'];
