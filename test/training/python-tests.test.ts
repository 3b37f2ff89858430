import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { root } from '../../scripts/checkout.ts';
import { findTrainingPython, NO_TRAINING_PYTHON } from '../support/training-python.ts';

/** Seconds on a quiet machine; loading torch alone takes ten on a busy one. */
const PATIENCE = 600_000;

test(
  "training's own tests pass",
  async (context) => {
    const python = findTrainingPython();
    if (python === undefined) return context.skip(NO_TRAINING_PYTHON);
    const child = spawn(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider', 'training/tests'], {
      cwd: root,
      env: { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk));
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
    expect(code, said).toBe(0);
  },
  PATIENCE,
);
