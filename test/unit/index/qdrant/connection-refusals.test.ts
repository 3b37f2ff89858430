import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { connectQdrant } from '../../../../src/index/qdrant/connection.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { qdrantSettings } from '../../../support/qdrant-settings.ts';

test('where one node refuses and another cannot be reached, the caller is told what was refused', async () => {
  const refusing = createServer((_, response) => {
    response.writeHead(500, { 'content-type': 'application/json' }).end('{"status":{"error":"too few copies"}}');
  }).listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const refusingUrl = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`;
  const [closed = 0] = await freePorts(1);
  for (const urls of [
    [refusingUrl, `http://127.0.0.1:${closed}`],
    [`http://127.0.0.1:${closed}`, refusingUrl],
  ]) {
    const connection = connectQdrant(qdrantSettings({ url: refusingUrl }, { urls }));
    const answer = connection.call({ what: 'list the versions', run: (api, init) => api.getCollections({}, init) });
    await expect(answer).rejects.toMatchObject({ code: 'unavailable', reason: 'INDEX_FAILED' });
    connection.close();
  }
  refusing.close();
});
