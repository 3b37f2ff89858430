#!/usr/bin/env node
/** The one executable: `faqmatch <command>`. */
import { askForHugePages } from './config/huge-pages.ts';

askForHugePages(process.argv[2]);
// Loaded only now, so that a process that replaces itself has not loaded everything first.
const { runProgram } = await import('./cli/program.ts');
const { processTerminal } = await import('./cli/terminal.ts');

process.exitCode = await runProgram(process.argv.slice(2), processTerminal());
