/**
 * A loaded version in memory, over the plainest index: questions in, everything a match reads out. The scorer is given, not fitted.
 */

import type { Corpus, CorpusSettings, Entry } from '../../src/corpus/corpus.ts';
import type { GroupQuery, Hit, QuestionIndex, RowFilter } from '../../src/index/contract.ts';
import { filterTest } from '../../src/index/row-filter.ts';
import type { CounterExamples } from '../../src/matching/counter-examples.ts';
import type { IntentScorer } from '../../src/matching/scorer.ts';
import { buildSpelling } from '../../src/text/spelling.ts';
import { wordTerms } from '../../src/text/terms.ts';
import type { LoadedVersion } from '../../src/versions/contract.ts';
import { buildExactLookup } from '../../src/versions/exact-lookup.ts';
import { standingDemands } from '../../src/versions/version-demands.ts';
import { groupRows, layOutRows } from '../../src/versions/version-rows.ts';
import { keywordVector } from './fake-encoder.ts';
import { matrixOf } from './matching-corpora.ts';

/** An entry by what a test cares about. */
export function entry(id: string, questions: readonly string[], rest: Partial<Entry> = {}): Entry {
  return { id, intent: id, questions, answer: `answer of ${id}`, locale: '', tags: [], metadata: {}, counterExamples: [], ...rest };
}

/** What a made-up version is made of. */
export interface FakeVersionParts {
  readonly entries: readonly Entry[];
  readonly counterExamples?: readonly string[];
  readonly settings?: CorpusSettings;
  readonly version?: string;
  /** @param intents names by number. @param counterExamples of corpus and entries, as a fitted scorer holds them. */
  readonly scorer: (intents: readonly string[], counterExamples: CounterExamples) => IntentScorer;
}

const DIMENSION = 256;

/** Searches by definition: every row's cosine; as lexical score the number of shared words. */
function plainIndex(entries: readonly Entry[], { questions, entryOfRow, intentOfRow }: ReturnType<typeof layOutRows>): QuestionIndex {
  const vectors = questions.map((question) => keywordVector(question, DIMENSION));
  const cosine = (row: number, vector: Float32Array) => vector.reduce((sum, value, i) => sum + value * (vectors[row]?.[i] ?? 0), 0);
  const passes = (row: number, filter: RowFilter | undefined): boolean => {
    const owner = entries[entryOfRow[row] ?? 0];
    return owner !== undefined && (filter === undefined || filterTest(filter)(owner));
  };
  const nearestOf = ({ vector, groups, filter }: GroupQuery) =>
    groups.map((group) => {
      const own = questions.flatMap((_, row) => (intentOfRow[row] === group && passes(row, filter) ? [row] : []));
      return own
        .map((row) => ({ row, similarity: cosine(row, vector) }))
        .toSorted((a, b) => b.similarity - a.similarity || a.row - b.row)[0];
    });
  return {
    size: questions.length,
    dimension: DIMENSION,
    method: { kind: 'exact', recallAt10: 1 },
    remote: false,
    async search({ vector, terms, k, filter, rows = [], groups = [] }) {
      const hits = questions.flatMap((question, row): readonly Hit[] => {
        if (!passes(row, filter)) return [];
        return [{ row, similarity: cosine(row, vector), lexical: wordTerms(question).filter((term) => terms.includes(term)).length }];
      });
      return {
        dense: hits.toSorted((a, b) => b.similarity - a.similarity || a.row - b.row).slice(0, k),
        lexical: hits
          .filter((hit) => hit.lexical > 0)
          .toSorted((a, b) => b.lexical - a.lexical || a.row - b.row)
          .slice(0, k),
        similarities: Float32Array.from(rows, (row) => cosine(row, vector)),
        nearest: nearestOf({ vector, groups, ...(filter === undefined ? {} : { filter }) }),
      };
    },
    nearestOfGroups: async (query) => nearestOf(query),
  };
}

function heldCounterExamples({ counterTexts, counterIntents }: ReturnType<typeof layOutRows>): CounterExamples {
  const vectors = matrixOf(
    counterTexts.map((text) => keywordVector(text, DIMENSION)),
    DIMENSION,
  );
  return { intents: counterIntents, vectors, leverages: new Float32Array(counterTexts.length) };
}

/** Rows and intents are numbered as in a real version. */
export function fakeVersion({ entries, counterExamples = [], settings, version = 'v1', scorer }: FakeVersionParts): LoadedVersion {
  const content: Corpus = { entries, counterExamples, golden: [], settings };
  const layout = layOutRows(content);
  return {
    corpus: 'test',
    version,
    createdAt: new Date(0),
    modelDigest: 'sha256:fake',
    calibratorDigest: `calibrator of ${version}`,
    content,
    intents: layout.intents,
    entryOfRow: layout.entryOfRow,
    intentOfRow: layout.intentOfRow,
    rowsOfIntent: groupRows(layout.intentOfRow, layout.intents.length),
    questions: layout.questions,
    counterTexts: layout.counterTexts,
    index: plainIndex(entries, layout),
    scorer: scorer(layout.intents, heldCounterExamples(layout)),
    exact: buildExactLookup(layout.questions, layout.refusing),
    demands: standingDemands(content, layout.intents),
    outOfScopeShare: 0.25,
    spelling: buildSpelling([...layout.questions, ...layout.counterTexts]),
  };
}
