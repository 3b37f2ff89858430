/**
 * A program that writes, switches and removes versions until it is killed: `node version-writing-process.ts <data directory> <round> [<annFromRows>]`.
 * Prints a line after the first switch.
 */
import { openEmbeddedStore } from '../../src/index/embedded/embedded-store.ts';
import { madeUpVersion } from './index-oracle.ts';

const [dataDir = '', round = '0', annFromRows = '1000'] = process.argv.slice(2);
const store = await openEmbeddedStore({ dataDir, annFromRows: Number(annFromRows) });
let before: string | undefined;
for (let number = 0; ; number += 1) {
  const version = `r${round}-${number}`;
  await store.write(madeUpVersion({ corpus: 'shop', version, createdAt: new Date() }, 300, number));
  await store.activate('shop', version);
  if (number === 0) process.stdout.write('switched\n');
  if (before !== undefined) await store.remove('shop', before);
  before = version;
}
