/** The figures of a large corpus: restart and reload with 10,000 questions and 150 intents at 384 dimensions. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SourceFile } from '../../../src/corpus/corpus.ts';
import type { ReloadPhase, ReloadResult } from '../../../src/versions/contract.ts';
import { createFakeEncoder } from '../../support/fake-encoder.ts';
import { openVersionsOnDisk, removeFolder, temporaryFolder } from '../../support/versions-on-disk.ts';

const INTENTS = 150;
const PER_INTENT = 67;
/** Fewer landmarks than by default: a full fit takes ten seconds of every test run, and what is measured here is what surrounds it. */
const SETTINGS = { landmarks: 300 };
const WORDS = [
  'order',
  'refund',
  'parcel',
  'card',
  'account',
  'login',
  'price',
  'open',
  'close',
  'change',
  'cancel',
  'late',
  'lost',
  'new',
  'old',
];

/** Eight words a question, two of them the intent's own. */
function largeCorpus(): readonly SourceFile[] {
  const lines: string[] = [];
  for (let intent = 0; intent < INTENTS; intent += 1) {
    for (let number = 0; number < PER_INTENT; number += 1) {
      const others = Array.from({ length: 4 }, (_, place) => WORDS[(intent * 7 + number * (place + 3) + place) % WORDS.length]);
      const text = `about topic${intent} word${intent} ${others.join(' ')} case ${number} of ${intent}`;
      lines.push(JSON.stringify({ text, intent: `intent_${intent}` }));
    }
  }
  return [{ name: 'faq.jsonl', data: Buffer.from(lines.join('\n')) }];
}

let dataDir: string;
let result: ReloadResult;
const encoder = createFakeEncoder({ dimension: 384 });
const phaseMs = new Map<ReloadPhase, number>();
let longestBlockMs = 0;

beforeAll(async () => {
  dataDir = await temporaryFolder();
  await using server = await openVersionsOnDisk({ dataDir, encoder, settings: SETTINGS });
  const files = largeCorpus();
  let phase: ReloadPhase = 'read';
  let since = performance.now();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  result = await server.versions.reload('large', files, {
    onProgress: (progress) => {
      phaseMs.set(phase, (phaseMs.get(phase) ?? 0) + performance.now() - since);
      phase = progress.phase;
      since = performance.now();
      // The fake encoder works on this thread, the real one does not: only what comes after it is watched.
      if (phase === 'fit') delay.enable();
    },
  });
  longestBlockMs = delay.max / 1e6;
  delay.disable();
}, 180_000);
afterAll(() => removeFolder(dataDir));

describe('a corpus of 10,000 questions', () => {
  it('fits in the background, and holds the thread of the matches up for fractions of a second only', () => {
    expect(result).toMatchObject({ intents: INTENTS, questions: INTENTS * PER_INTENT, activated: true });
    const times = [...phaseMs].map(([phase, ms]) => `${phase} ${Math.round(ms)} ms`).join(', ');
    console.info(`reload of ${result.questions} questions: ${times}; thread held up for ${Math.round(longestBlockMs)} ms at most`);
    expect(phaseMs.get('fit')).toBeLessThan(60_000);
    expect(longestBlockMs).toBeLessThan(1_500);
  });

  it('is ready again in seconds without encoding', async () => {
    const again = createFakeEncoder({ dimension: 384 });
    const start = performance.now();
    await using server = await openVersionsOnDisk({ dataDir, encoder: again, settings: SETTINGS });
    expect(await server.versions.restore()).toEqual([]);
    const ms = performance.now() - start;
    console.info(`restart with ${result.questions} questions: ${Math.round(ms)} ms`);
    expect(server.versions.active('large')?.version).toBe(result.version);
    expect(again.encoded).toEqual([]);
    expect(ms).toBeLessThan(3_000);
  });

  it('is found unchanged without building anything', async () => {
    await using server = await openVersionsOnDisk({ dataDir, encoder, settings: SETTINGS });
    await server.versions.restore();
    const before = encoder.encoded.length;
    const start = performance.now();
    expect(await server.versions.reload('large', largeCorpus())).toMatchObject({ unchanged: true, encoded: 0, reused: result.questions });
    console.info(`reload of ${result.questions} unchanged questions: ${Math.round(performance.now() - start)} ms`);
    expect(encoder.encoded.length).toBe(before);
  });
});
