/** The intent that a golden row probably means by a name that the corpus lacks. */
import { nearestWord } from './describe-value.ts';

/** Names that are compared; a file with more of them is of another corpus, and comparing takes time with each intent. */
const MOST_COMPARED = 200;
/** Of two names that are compared (describe-value.ts), the difference in length that two slips can make. */
const SLIPS = 2;

/** The words to add to a message about an unknown intent: ` Did you mean "refund"?`, or nothing. Each name is looked up once. */
export function createIntentAdvice(intents: ReadonlySet<string>): (name: string) => string {
  const known = Array.from(intents);
  const advice = new Map<string, string>();
  return (name) => {
    const before = advice.get(name);
    if (before !== undefined) return before;
    if (advice.size >= MOST_COMPARED) return '';
    const alike = known.filter((intent) => Math.abs(intent.length - name.length) <= SLIPS);
    const meant = nearestWord(name, alike);
    const words = meant === undefined ? '' : ` Did you mean ${JSON.stringify(meant)}?`;
    advice.set(name, words);
    return words;
  };
}
