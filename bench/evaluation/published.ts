/** Published figures that ours stand beside, losing ones included. In percent unless said otherwise. */

/** Intent accuracy: BANKING77 and CLINC150. */
export interface PublishedAccuracy {
  readonly shots: '5' | '10' | 'full';
  readonly system: string;
  readonly banking77: number;
  readonly clinc150: number;
}

/** github.com/jianguoz/Few-Shot-Intent-Detection; full sets: Casanueva et al. 2020. Encoders fine-tuned on each set. */
export const PUBLISHED_ACCURACY: readonly PublishedAccuracy[] = [
  { shots: '5', system: 'RoBERTa, fine-tuned', banking77: 74.04, clinc150: 87.99 },
  { shots: '5', system: 'USE + ConveRT', banking77: 77.75, clinc150: 90.49 },
  { shots: '5', system: 'DNNC', banking77: 80.4, clinc150: 91.02 },
  { shots: '5', system: 'CPFT', banking77: 80.86, clinc150: 92.34 },
  { shots: '5', system: 'ICDA', banking77: 84.01, clinc150: 92.62 },
  { shots: '10', system: 'RoBERTa, fine-tuned', banking77: 84.27, clinc150: 91.55 },
  { shots: '10', system: 'USE + ConveRT', banking77: 85.19, clinc150: 93.26 },
  { shots: '10', system: 'DNNC', banking77: 86.71, clinc150: 93.76 },
  { shots: '10', system: 'CPFT', banking77: 87.2, clinc150: 94.18 },
  { shots: '10', system: 'ICDA', banking77: 89.79, clinc150: 94.84 },
  { shots: 'full', system: 'USE + ConveRT', banking77: 93.4, clinc150: 97.2 },
];

/** In-scope accuracy and out-of-scope recall on CLINC150 "Full" (Larson et al. 2019, table 2). */
export interface PublishedScope {
  readonly trained: boolean;
  readonly system: string;
  readonly inScope: number;
  readonly refused: number;
}

/** By a threshold, without out-of-scope data, and trained on the 100 out-of-scope rows. */
export const PUBLISHED_SCOPE: readonly PublishedScope[] = [
  { trained: false, system: 'SVM', inScope: 88.2, refused: 18.0 },
  { trained: false, system: 'Dialogflow', inScope: 90.8, refused: 26.7 },
  { trained: false, system: 'Rasa', inScope: 90.9, refused: 31.2 },
  { trained: false, system: 'MLP over USE', inScope: 93.4, refused: 49.1 },
  { trained: false, system: 'BERT', inScope: 96.2, refused: 52.3 },
  { trained: true, system: 'Dialogflow', inScope: 91.7, refused: 14.0 },
  { trained: true, system: 'Rasa', inScope: 91.5, refused: 45.3 },
  { trained: true, system: 'MLP over USE', inScope: 93.5, refused: 47.4 },
  { trained: true, system: 'BERT', inScope: 96.9, refused: 40.3 },
];

/** Computed from the prediction files that Arora et al. 2020 published (HINT3 v1 Curekart, full training). Shares. */
export interface PublishedTraffic {
  readonly system: string;
  readonly accuracy: number;
  readonly auroc: number;
  readonly ece: number;
  readonly coverageAt90: number;
  readonly coverageAt80: number;
  readonly bestMcc: number;
}

/** Five systems on HINT3 v1 Curekart. */
export const PUBLISHED_TRAFFIC: readonly PublishedTraffic[] = [
  { system: 'Rasa', accuracy: 0.841, auroc: 0.801, ece: 0.439, coverageAt90: 0.294, coverageAt80: 0.522, bestMcc: 0.511 },
  { system: 'Dialogflow', accuracy: 0.75, auroc: 0.856, ece: 0.139, coverageAt90: 0.332, coverageAt80: 0.471, bestMcc: 0.578 },
  { system: 'LUIS', accuracy: 0.737, auroc: 0.724, ece: 0.128, coverageAt90: 0.166, coverageAt80: 0.321, bestMcc: 0.539 },
  { system: 'Haptik', accuracy: 0.808, auroc: 0.85, ece: 0.1, coverageAt90: 0.303, coverageAt80: 0.529, bestMcc: 0.603 },
  { system: 'BERT', accuracy: 0.836, auroc: 0.824, ece: 0.46, coverageAt90: 0.177, coverageAt80: 0.31, bestMcc: 0.553 },
];
