/**
 * The Dense modules of a model folder: sizes and activation from each config.json, held to one another.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { ACTIVATIONS, type DenseLayer } from './dense-head.ts';
import { modelError } from './model-error.ts';
import { DENSE, readModelJson } from './model-files.ts';

/** Weights of a layer, in its folder. */
export const DENSE_WEIGHTS = 'model.safetensors';

function isActivation(name: string): name is DenseLayer['activation'] {
  return Object.hasOwn(ACTIVATIONS, name);
}

function activationOf(folder: string, config: z.infer<typeof DENSE>): DenseLayer['activation'] {
  const name = config.activation_function.split('.').at(-1) ?? '';
  if (isActivation(name)) return name;
  throw modelError(
    'MODEL_UNSUPPORTED',
    `${folder}/config.json asks for the activation ${name}; expected one of ${Object.keys(ACTIVATIONS).join(', ')}. Choose another model.`,
  );
}

function requireOnSentences(folder: string, config: z.infer<typeof DENSE>): void {
  const { module_input_name: input, module_output_name: output } = config;
  if (input === 'sentence_embedding' && (output ?? input) === input) return;
  throw modelError(
    'MODEL_UNSUPPORTED',
    `${folder} works on ${input}; expected sentence_embedding: a layer on word pieces belongs to a late-interaction model. Choose another model.`,
  );
}

async function readLayer(model: string, folder: string): Promise<DenseLayer> {
  const config = await readModelJson(model, `${folder}/config.json`, DENSE);
  if (config === undefined)
    throw modelError('MODEL_INCOMPLETE', `The model folder lacks ${folder}/config.json. Copy the whole folder again.`);
  requireOnSentences(folder, config);
  const weights = join(model, folder, DENSE_WEIGHTS);
  const found = await stat(weights).catch(() => undefined);
  return {
    folder,
    weightsFile: found?.isFile() === true ? weights : undefined,
    inputs: config.in_features,
    outputs: config.out_features,
    bias: config.bias,
    activation: activationOf(folder, config),
  };
}

/**
 * Reads a model's Dense modules.
 * @param first numbers that pooling gives.
 * @throws FaqError failed_precondition (a config missing, sizes that do not follow on one another, an activation we lack), data_loss (damaged).
 */
export async function readDenseLayers(model: string, folders: readonly string[], first: number): Promise<readonly DenseLayer[]> {
  const layers = await Promise.all(folders.map((folder) => readLayer(model, folder)));
  let given = first;
  for (const { folder, inputs, outputs } of layers) {
    if (inputs !== given)
      throw modelError(
        'MODEL_MISMATCH',
        `${folder}/config.json takes ${inputs} numbers, and what is before it gives ${given}: the folder mixes two models. Copy it again.`,
      );
    given = outputs;
  }
  return layers;
}
