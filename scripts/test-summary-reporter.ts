import { writeFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { cachePath } from './checkout.ts';

/** What one vitest run came to. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line per reason for skipping; per suite for those that gave none. */
  readonly skippedLines: readonly string[];
  /** One line per failure: where, and the first line of what was wrong. */
  readonly failedLines: readonly string[];
}

declare module 'vitest' {
  interface TaskMeta {
    /** Why a whole suite is skipped: `describe.skip` takes no reason of its own. */
    skipReason?: string;
  }
}

/** Where the last run's summary is kept for the script that started it. */
export const testSummaryPath = cachePath('test-summary.json');

/** Repeats at the end of a run what was skipped and why, since a skip in the middle of the output goes unseen, and keeps the counts. */
export class TestSummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
    // A module that does not load has no tests to count, yet it failed.
    const broken = modules.filter((module) => module.errors().length > 0).length;
    const summary: TestSummary = {
      passed: count('passed'),
      failed: count('failed') + broken + unhandledErrors.length,
      skipped: count('skipped'),
      skippedLines: skippedLines(tests.filter((test) => test.result().state === 'skipped').map(describeSkip)),
      failedLines: [
        ...tests.flatMap((test) => failureLines(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors)),
        ...modules.flatMap((module) => failureLines(module.relativeModuleId, module.errors())),
        ...failureLines('outside any test', unhandledErrors),
      ],
    };
    writeFileSync(testSummaryPath, JSON.stringify(summary));
    for (const line of summary.skippedLines) console.log(line);
  }
}

function firstLine(text: unknown): string {
  return stripVTControlCharacters(String(text)).trim().split('\n', 1).join('');
}

/** An error's message and what caused it: of a test process that died, the cause alone says which signal ended it and in which file. */
function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return firstLine(error);
  const message = firstLine(error.message);
  return 'cause' in error && error.cause !== undefined ? `${message} Caused by: ${messageOf(error.cause)}` : message;
}

/** One line per error, since the whole report of a failure may be far above the end of a long run, or cut from a log that keeps only its end. */
export function failureLines(where: string, errors: readonly unknown[] = []): readonly string[] {
  return errors.map((error) => `Failed: ${where}: ${messageOf(error)}`);
}

/** One skipped test. */
export interface SkippedTest {
  /** The test file, relative to the repository. */
  readonly file: string;
  /** Names of the suites it is in; empty at a file's top level. */
  readonly suite: string;
  readonly reason?: string;
}

/** A test's own reason (`context.skip('why')`), else the one its suite was given. */
function describeSkip(test: TestCase): SkippedTest {
  const result = test.result();
  const reason = (result.state === 'skipped' ? result.note : undefined) ?? test.meta().skipReason;
  const suite = test.parent.type === 'suite' ? test.parent.fullName : '';
  return { file: test.module.relativeModuleId, suite, ...(reason === undefined ? {} : { reason }) };
}

/** One line per reason, naming the suite where there is one, else up to three files; without a reason, one line per suite. */
export function skippedLines(tests: readonly SkippedTest[]): readonly string[] {
  const suiteOf = ({ file, suite }: SkippedTest): string => (suite === '' ? file : `${file} > ${suite}`);
  const groups = Map.groupBy(tests, (test) => (test.reason === undefined ? `suite ${suiteOf(test)}` : `reason ${test.reason}`));
  return [...groups.values()].map((group) => {
    const { reason } = group[0] ?? {};
    const suites = new Set(group.map(suiteOf));
    const files = new Set(group.map(({ file }) => file));
    const where = suites.size === 1 ? [...suites].join('') : files.size <= 3 ? [...files].join(', ') : `${files.size} files`;
    return `Skipped ${group.length}: ${where}${reason === undefined ? '' : `: ${reason}`}`;
  });
}
