/** The cost model against hand-computed cases, and what must hold of any plan. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fullBatchMs, runMs, SHORT_TEXTS } from '../../../../bench/scale/encoder-cost.ts';
import { balanceOf, groupOf } from '../../../../bench/scale/group-hashing.ts';
import { INPUTS, inputsWith } from '../../../../bench/scale/inputs.ts';
import { MODEL_SECTIONS } from '../../../../bench/scale/model-sections.ts';
import { gpuPlanOf, planOf } from '../../../../bench/scale/plan.ts';
import { corporaPerReplica, corpusMb, groupsOf } from '../../../../bench/scale/replica-memory.ts';
import { databaseGb, exactMs, hnswMs, questionBytes, searchOf, termsMs } from '../../../../bench/scale/search-cost.ts';
import { sectionIn, withSection } from '../../../../bench/scale/section.ts';
import { GROWTH, LARGEST, LARGEST_CORPUS, TENANTS } from '../../../../bench/scale/workload.ts';

const inputs = inputsWith();

describe('what things cost', () => {
  it('encodes an utterance of mean length in the 4.9 ms that were measured, and a long one in 46', () => {
    expect(SHORT_TEXTS.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    expect(runMs(inputs, 1, 10.9)).toBeCloseTo(4.9, 1);
    expect(runMs(inputs, 1, 129)).toBeCloseTo(46, 0);
    // 1,000 ms / 386 texts in full batches, of which long ones are none.
    expect(fullBatchMs({ ...inputs, longShare: 0 })).toBeCloseTo(2.6, 0);
  });

  it('counts the bytes of a question: vector, links and terms, with the overhead on all', () => {
    expect(questionBytes(inputs)).toBeCloseTo((384 * 4 + 136 + 8.2 * 8) * 1.5, 6);
    expect(questionBytes(inputs, true)).toBeCloseTo((384 + 136 + 8.2 * 8) * 1.5, 6);
  });

  it('searches a million rows by reading 1.5 GB, and by graph in a fraction of it', () => {
    expect(exactMs(inputs, 1e6)).toBeCloseTo(1536 / 8, 6);
    expect(hnswMs(inputs, 1e6)).toBeCloseTo(0.83, 6);
    expect(hnswMs(inputs, 1e5)).toBeCloseTo(0.65, 2);
    expect(hnswMs(inputs, 1e4)).toBeCloseTo(0.47, 2);
  });

  it('searches terms only where no ridge has them', () => {
    expect(termsMs(inputs, 30_000, 30_000)).toBe(0);
    expect(termsMs(inputs, 1e6, 1e6)).toBeCloseTo(1.44, 6);
  });

  it('cuts a corpus into shards when one takes longer than its budget', () => {
    expect(searchOf(inputs, 4_900)).toMatchObject({ kind: 'exact', fanOut: 1 });
    expect(searchOf(inputs, 10_000)).toMatchObject({ kind: 'hnsw', fanOut: 1 });
    expect(searchOf(inputs, 100_000_000).shardMs).toBeLessThanOrEqual(inputs.shardBudgetMs);
  });

  it('counts every copy, and each collection where there is one a corpus', () => {
    const workload = { ...LARGEST, corpora: 100, questions: 1000, copies: 3 };
    const shared = (100_000 * questionBytes(inputs) * 3 * 1.2) / 1e9;
    expect(databaseGb(inputs, workload, 'one shared collection')).toBeCloseTo(shared, 6);
    expect(databaseGb(inputs, workload, 'collection per corpus')).toBeCloseTo(shared + (100 * inputs.collectionMb * 3 * 1.2) / 1000, 6);
  });
});

describe("a replica's memory", () => {
  it('is what was measured at both sizes', () => {
    expect(corpusMb(inputs, 300)).toBeCloseTo(3.16, 6);
    expect(corpusMb(inputs, 10_000)).toBeCloseTo(38.3, 6);
    expect(corpusMb(inputs, 40_000)).toBeCloseTo(101.76, 2);
  });

  it('never holds more ridges than a process can have, however much memory there is', () => {
    expect(corporaPerReplica({ ...inputs, replicaGb: 1000 }, 300)).toBe(inputs.corporaPerProcess);
  });

  it('makes groups of corpora that do not fit, and says so of a corpus that cannot', () => {
    expect(groupsOf(inputs, { ...LARGEST, corpora: 1000, questions: 300 }).count).toBe(1);
    const many = groupsOf(inputs, { ...LARGEST, corpora: 20_000, questions: 300 });
    expect(many.count).toBeGreaterThan(1);
    expect(many.replicaGb).toBeLessThanOrEqual(inputs.replicaGb);
    expect(groupsOf(inputs, LARGEST_CORPUS).problem).toContain('string');
    expect(groupsOf(inputs, { ...LARGEST, corpora: 1, questions: 4_000_000 }).problem).toContain('replica');
  });
});

describe('the group of a corpus', () => {
  it('is the same for everybody and stays when a group is added, but for the share that the new one takes', () => {
    const names = Array.from({ length: 500 }, (_, i) => `bot-${i}`);
    for (const name of names) {
      const before = groupOf(name, 5);
      expect([before, 5]).toContain(groupOf(name, 6));
    }
    const { imbalance, moved } = balanceOf(10_000, 10);
    expect(imbalance).toBeLessThan(inputs.groupImbalance);
    expect(moved).toBeCloseTo(1 / 11, 1);
  });
});

describe('a plan', () => {
  it.each([...GROWTH, ...TENANTS])('keeps the goal with a replica and a node lost: $name', (workload) => {
    const { lossy, latency, nodes, replicas, groups } = planOf(inputs, workload);
    expect(lossy?.p99Ms).toBeLessThanOrEqual(workload.p99Ms);
    expect(Math.max(latency?.loop ?? 1, latency?.encoder ?? 1, latency?.database ?? 1)).toBeLessThanOrEqual(inputs.utilisation);
    expect(nodes).toBeGreaterThanOrEqual(3);
    expect(replicas).toBeGreaterThanOrEqual(workload.copies * groups.count);
  });

  it('takes twice the replicas for twice the load, once there are many', () => {
    const one = planOf(inputs, { ...LARGEST, corpora: 100, matchesPerSecond: 20_000 }).replicas;
    const two = planOf(inputs, { ...LARGEST, corpora: 100, matchesPerSecond: 40_000 }).replicas;
    expect(two / one).toBeCloseTo(2, 1);
  });

  it('takes as many GPUs as the measured rate says, and one more', () => {
    // 100,000 / (49,900 × .6) = 3.3
    expect(gpuPlanOf(inputs, planOf(inputs, LARGEST)).gpus).toBe(4 + 1);
  });

  it('costs what its cores and memory cost', () => {
    const { cores, memoryGb, perHour, perMillion } = planOf(inputs, LARGEST);
    expect(perHour).toBeCloseTo(cores * 0.04 + memoryGb * 0.005, 6);
    expect(perMillion).toBeCloseTo(perHour / 360, 6);
  });
});

describe('docs/scale.md', () => {
  const page = readFileSync(new URL('../../../../docs/scale.md', import.meta.url), 'utf8');

  it('holds what the model says now; if not, run `npm run bench:scale -- --write`', () => {
    for (const [name, section] of Object.entries(MODEL_SECTIONS)) {
      const held = sectionIn(page, name);
      if (held !== undefined) expect(held, name).toBe(section(inputs).markdown);
    }
    expect(sectionIn(page, 'growth')).toBeDefined();
  }, 60_000);

  it('says of every input where it comes from', () => {
    for (const [name, { source, unit }] of Object.entries(INPUTS)) expect(source.length * unit.length, name).toBeGreaterThan(0);
  });

  it('is refused a section that it has no place for', () => {
    expect(() => withSection(page, { name: 'weather', markdown: '' })).toThrow('weather: written by');
  });
});
