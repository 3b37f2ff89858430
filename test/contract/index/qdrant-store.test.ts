import { openQdrantStore } from '../../../src/index/qdrant/qdrant-store.ts';
import { describeWithQdrant } from '../../support/describe-with-qdrant.ts';
import { dropCollections } from '../../support/qdrant-http.ts';
import { qdrantSettings } from '../../support/qdrant-settings.ts';
import { describeVersionStore } from './version-store-suite.ts';

describeWithQdrant('the Qdrant store keeps the contract', (qdrant) => {
  describeVersionStore('qdrant', async () => {
    const settings = qdrantSettings(qdrant());
    let store = openQdrantStore(settings);
    return {
      store,
      async reopen() {
        await store.close();
        store = openQdrantStore(settings);
        return store;
      },
      async dispose() {
        await store.close();
        await dropCollections(qdrant(), settings.prefix);
      },
    };
  });
});
