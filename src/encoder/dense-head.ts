/**
 * Dense layers between pooling and normalisation, for graphs that end before them: y = activation(x · Wᵀ + b).
 * Knows matrices; which layers a model has is read elsewhere. Runs in the inference worker.
 */
import { createMatrixProduct, type MatrixProduct } from './matrix-product.ts';
import { modelError } from './model-error.ts';
import { readSafetensors } from './safetensors.ts';

/** What a layer does with each number in the end; the names are torch's. */
export const ACTIVATIONS = {
  Identity: (value: number) => value,
  Tanh: Math.tanh,
  ReLU: (value: number) => Math.max(0, value),
  Sigmoid: (value: number) => 1 / (1 + Math.exp(-value)),
} as const;

/** One Dense module of a model's folder; plain data. */
export interface DenseLayer {
  /** E.g. `2_Dense`, for messages. */
  readonly folder: string;
  /** Its model.safetensors; undefined where the folder has none, which is fine where the graph ends behind the layer. */
  readonly weightsFile: string | undefined;
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: boolean;
  readonly activation: keyof typeof ACTIVATIONS;
}

/** The layers, loaded. */
export interface DenseHead {
  /** @param rows [count × inputs of the first layer]. @returns [count × outputs of the last]. */
  apply(rows: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  close(): Promise<void>;
}

interface LoadedLayer {
  readonly layer: DenseLayer;
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

async function load(layer: DenseLayer): Promise<LoadedLayer> {
  const { folder, weightsFile, inputs, outputs } = layer;
  if (weightsFile === undefined)
    throw modelError(
      'MODEL_INCOMPLETE',
      `The graph ends before the Dense layer, and the model folder lacks ${folder}/model.safetensors. Copy the whole folder again, or export it with training/export.`,
    );
  const label = `${folder}/model.safetensors`;
  const names = ['linear.weight', ...(layer.bias ? ['linear.bias'] : [])];
  const [weight, stored] = await readSafetensors(weightsFile, { label, names });
  const bias = stored?.values ?? new Float32Array(outputs);
  if (weight?.shape[0] !== outputs || weight.shape[1] !== inputs || bias.length !== outputs)
    throw modelError(
      'MODEL_MISMATCH',
      `${label} holds a weight of [${weight?.shape.join(', ')}]; expected [${outputs}, ${inputs}] as ${folder}/config.json says. Copy the model again.`,
    );
  return { layer, weight: weight.values, bias };
}

async function applyLayer(
  rows: Float32Array<ArrayBuffer>,
  loaded: LoadedLayer,
  product: MatrixProduct,
): Promise<Float32Array<ArrayBuffer>> {
  const { layer, weight, bias } = loaded;
  const { inputs, outputs } = layer;
  const activate = ACTIVATIONS[layer.activation];
  const sums = await product.multiply(rows, weight, { rows: rows.length / inputs, inner: inputs, columns: outputs, transposeB: true });
  return Float32Array.from(sums, (sum, at) => activate(sum + (bias[at % outputs] ?? 0)));
}

/**
 * Loads the layers' weights.
 * @throws FaqError failed_precondition (weights missing or of another shape), data_loss (damaged).
 */
export async function openDenseHead(layers: readonly DenseLayer[]): Promise<DenseHead> {
  const loaded = await Promise.all(layers.map(load));
  const product = await createMatrixProduct();
  return {
    async apply(rows) {
      let current = rows;
      for (const layer of loaded) current = await applyLayer(current, layer, product);
      return current;
    },
    close: () => product.close(),
  };
}
