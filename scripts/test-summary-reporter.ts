import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { cachePath } from './checkout.ts';

/** What one vitest run came to. */
export interface TestSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line per skipped suite or test, with its reason where the test gave one. */
  readonly skippedLines: readonly string[];
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
      skippedLines: skippedLines(tests.filter((test) => test.result().state === 'skipped')),
    };
    writeFileSync(testSummaryPath, JSON.stringify(summary));
    for (const line of summary.skippedLines) console.log(line);
  }
}

/** Tests of one suite that were skipped for one reason share a line. */
function skippedLines(tests: readonly TestCase[]): readonly string[] {
  const countByLine = new Map<string, number>();
  for (const test of tests) {
    const suite = test.parent.type === 'suite' ? ` > ${test.parent.fullName}` : '';
    const result = test.result();
    const reason = result.state === 'skipped' && result.note !== undefined ? `: ${result.note}` : '';
    const line = `${test.module.relativeModuleId}${suite}${reason}`;
    countByLine.set(line, (countByLine.get(line) ?? 0) + 1);
  }
  return [...countByLine].map(([line, count]) => `Skipped ${count}: ${line}`);
}
