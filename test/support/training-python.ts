/** The Python that runs training's own tests, where there is one: a virtual environment with training/requirements.txt. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../scripts/checkout.ts';

/** Why training's tests are skipped where they are. */
export const NO_TRAINING_PYTHON =
  'no training/.venv with training/requirements.txt (and no FAQMATCH_TRAINING_PYTHON), so the Python of training/ is not tested here';

/** Asks for the packages without loading them, which would take seconds. */
const PROBE = "from importlib.metadata import version; [version(name) for name in ('sentence-transformers', 'onnxruntime', 'pytest')]";

/** Path of a Python that has what training needs, or undefined. */
export function findTrainingPython(): string | undefined {
  const python = process.env.FAQMATCH_TRAINING_PYTHON ?? join(root, 'training/.venv/bin/python');
  if (!existsSync(python)) return undefined;
  return spawnSync(python, ['-c', PROBE], { timeout: 60_000 }).status === 0 ? python : undefined;
}
