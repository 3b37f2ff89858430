#!/usr/bin/env node
/** The one executable: `faqmatch <command>`. */
import { askForHugePages } from './config/huge-pages.ts';
import { LEAST_NODE } from './config/least-node.ts';

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
  process.stderr.write(
    `faqmatch needs Node ${LEAST_NODE} or newer, this is ${process.versions.node}. In a checkout \`npm run -s faqmatch -- <command>\` brings its own.\n`,
  );
  process.exit(2);
}
askForHugePages(process.argv[2]);
// Loaded only now, so that a process that replaces itself has not loaded everything first.
const { runProgram } = await import('./cli/program.ts');
const { processTerminal } = await import('./cli/terminal.ts');

process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
