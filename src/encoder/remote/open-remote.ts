/**
 * A remote model and the check of whoever serves it: the beginning of an encoder and of a look by `doctor`.
 */
import type { ModelFolder } from '../model-folder.ts';
import { createPreparation, type Preparation } from './prepared-text.ts';
import { modelByFolder, modelByServer, type RemoteModel, type RemoteModelParts } from './remote-model.ts';
import { createVerification, type Verification } from './verification.ts';

/** What is known before the first utterance. */
export interface OpenedRemote extends Preparation {
  readonly remote: RemoteModel;
  readonly verification: Verification;
}

/** @param model its folder here; undefined: the server says what it is, and is waited for. @throws FaqError as modelByFolder and modelByServer do. */
export async function openRemote(lookup: RemoteModelParts, model: ModelFolder | undefined): Promise<OpenedRemote> {
  const remote = model === undefined ? await modelByServer(lookup) : await modelByFolder(model, lookup.settings);
  const { prepare, hasWord } = createPreparation(model);
  const { reference, facts } = remote;
  const verification = createVerification({ ...lookup, prepare, reference, facts, leastTokens: model?.maxTokens ?? 0 });
  return { remote, prepare, hasWord, verification };
}
