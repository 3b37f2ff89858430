/**
 * The development scripts: building, generating code and running the checks.
 * They know the tools and the folders of a checkout, and nothing of what the product does.
 */
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** The repository's root folder. */
export const root = join(import.meta.dirname, '..');

/** What scripts remember between runs. Under node_modules, so that it is ignored, and goes when the tools go. */
export function cachePath(name: string): string {
  const folder = join(root, 'node_modules', '.cache', 'faqmatch');
  mkdirSync(folder, { recursive: true });
  return join(folder, name);
}

/** How a tool ended. */
export interface ToolEnd {
  /** Exit code; 1 when it was killed or could not be started. */
  readonly code: number;
  /** Standard output and standard error together, in the order they came; empty when `live`. */
  readonly output: string;
}

/** Where a tool's output goes. */
export interface ToolOutput {
  /** `live`: straight to this process's own output. `stderr`: both streams to standard error. `kept`: returned. */
  readonly output: 'live' | 'stderr' | 'kept';
}

const streamsByOutput = {
  live: ['ignore', 'inherit', 'inherit'],
  stderr: ['ignore', 2, 2],
  kept: ['ignore', 'pipe', 'pipe'],
} as const;

/** Runs an installed tool (or `node`, the one these scripts run on) in the repository's root. Never rejects: a tool that cannot start ends with code 1. */
export function runTool(tool: string, args: readonly string[], { output }: ToolOutput): Promise<ToolEnd> {
  const bin = join(root, 'node_modules', '.bin');
  const path = [bin, process.env.PATH ?? ''].join(process.platform === 'win32' ? ';' : ':');
  return new Promise((resolve) => {
    const child = spawn(tool, [...args], {
      cwd: root,
      env: { ...process.env, PATH: path },
      stdio: [...streamsByOutput[output]],
      shell: process.platform === 'win32',
    });
    let kept = '';
    const keep = (chunk: string): void => {
      kept += chunk;
    };
    child.stdout?.setEncoding('utf8').on('data', keep);
    child.stderr?.setEncoding('utf8').on('data', keep);
    child.once('error', (error) => resolve({ code: 1, output: `${tool} could not be started: ${error.message}\n` }));
    child.once('close', (code) => resolve({ code: code ?? 1, output: kept }));
  });
}
