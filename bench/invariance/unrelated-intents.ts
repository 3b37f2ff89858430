/** Intents that have nothing to do with shops, banks or help desks, their counter-examples included: adding one should move no answer. */
import type { Entry } from '../../src/corpus/corpus.ts';

const QUESTIONS: Readonly<Record<string, readonly string[]>> = {
  planet_distances: [
    'how far is Mars from the Sun',
    'distance between Earth and Venus',
    'which planet is the farthest out',
    'how long does light take to reach Neptune',
  ],
  volcanoes: [
    'how hot is the lava of Etna',
    'which volcano erupted last in Iceland',
    'can an eruption be foretold',
    'why do some volcanoes explode and others flow',
  ],
  chess_openings: [
    'how do I answer the Sicilian defence',
    'what is the best move against the London system',
    'is the Scandinavian any good',
    'explain the Ruy Lopez',
  ],
  bird_song: [
    'which bird sings at four in the morning',
    'what does a nightingale sound like',
    'how do I tell a chiffchaff from a willow warbler',
    'why do robins sing in winter',
  ],
};

/** Four entries, one intent each. */
export const UNRELATED: readonly Entry[] = Object.entries(QUESTIONS).map(([id, questions]) => ({
  id,
  intent: id,
  questions,
  answer: 'Ask an expert.',
  locale: '',
  tags: [],
  metadata: {},
  counterExamples: [],
}));
