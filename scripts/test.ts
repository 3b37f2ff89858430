/**
 * Everything that has to hold before a change is good: `npm test`.
 * Checks run two at a time, the tests after them with both cores to themselves; a failure never hides what comes after it.
 */
import { readFileSync, rmSync } from 'node:fs';
import pLimit from 'p-limit';
import { runTool } from './checkout.ts';
import type { TestSummary } from './test-summary-reporter.ts';
import { testSummaryPath } from './test-summary-reporter.ts';

interface Step {
  readonly name: string;
  readonly code: number;
  readonly seconds: number;
}

/** The checks by the npm script that runs each alone. Slow ones stand first, so that the last one to end is a short one. */
const checks = ['build', 'typecheck', 'check:generated', 'lint', 'arch', 'proto:lint', 'proto:breaking'];
const checksAtOnce = 2;

/** Runs one npm script and prints what it said, whole and under its name, when it is done. */
async function runCheck(name: string): Promise<Step> {
  const startedAt = performance.now();
  const { code, output } = await runTool('npm', ['run', '--silent', name], { output: 'kept' });
  const seconds = (performance.now() - startedAt) / 1000;
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds.toFixed(1)} s)`);
  if (code !== 0) console.log(`${output.trimEnd()}\n`);
  return { name, code, seconds };
}

async function runTests(): Promise<Step> {
  const startedAt = performance.now();
  rmSync(testSummaryPath, { force: true });
  const { code } = await runTool('vitest', ['run', '--coverage', ...process.argv.slice(2)], { output: 'live' });
  return { name: 'tests', code, seconds: (performance.now() - startedAt) / 1000 };
}

/** The run's counts; one failure where it ended before it could count. */
function readSummary(): TestSummary {
  try {
    return JSON.parse(readFileSync(testSummaryPath, 'utf8')) as TestSummary;
  } catch {
    return { passed: 0, failed: 1, skipped: 0, skippedLines: [], failedLines: ['Failed: the test run ended before it could report.'] };
  }
}

function printEnd(steps: readonly Step[], tests: TestSummary): void {
  console.log('');
  for (const { name, code, seconds } of steps) {
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'}  ${name.padEnd(16)} ${seconds.toFixed(1).padStart(7)} s`);
  }
  for (const line of [...tests.skippedLines, ...tests.failedLines]) console.log(line);
  // A check counts as one test, so that the last line never says "0 failed" of a run that failed.
  const checkSteps = steps.filter(({ name }) => name !== 'tests');
  const failedChecks = checkSteps.filter(({ code }) => code !== 0).length;
  const passed = tests.passed + checkSteps.length - failedChecks;
  // Vitest may fail for a reason that is no test's, such as a broken configuration.
  const failedTests = tests.failed === 0 && steps.some(({ name, code }) => name === 'tests' && code !== 0) ? 1 : tests.failed;
  console.log(`${passed} passed, ${failedChecks + failedTests} failed, ${tests.skipped} skipped`);
}

const limit = pLimit(checksAtOnce);
const steps = await Promise.all(checks.map((name) => limit(runCheck, name)));
steps.push(await runTests());
printEnd(steps, readSummary());
process.exitCode = steps.every(({ code }) => code === 0) ? 0 : 1;
