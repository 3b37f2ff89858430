/** A whole page around a report's sections: what was measured at its top, when and with which version of this program. */
import { buildVersion } from '../../build-version.ts';
import { escapeHtml, outsideHtml } from './html.ts';
import { STYLE } from './style.ts';

/** What a page tells about itself. */
export interface PageFacts {
  /** Before "of", e.g. `Evaluation`. */
  readonly kind: string;
  /** Name of the corpus or path of its files. */
  readonly corpus: string;
  /** Names and values. */
  readonly facts: readonly (readonly [string, string])[];
  /** Of the program; that of this build by default. */
  readonly program?: string;
  /** Now by default. */
  readonly made?: Date;
}

/** A corpus as a heading names it: of a path its last part, since the others say where it lies on one machine. */
export function corpusTitle(corpus: string): string {
  return corpus.split(/[\\/]/u).findLast((part) => part !== '') ?? corpus;
}

function minute(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** The page. @param body sections of HTML. */
export function htmlPage({ kind, corpus, facts, program = buildVersion(), made = new Date() }: PageFacts, body: string): string {
  const name = corpusTitle(corpus);
  const told: PageFacts['facts'] = [
    ...(name === corpus ? [] : [['path', corpus] as const]),
    ...facts,
    ['made', `${minute(made)} with faqmatch ${program}`],
  ];
  const list = told.map(([fact, value]) => `<dt>${escapeHtml(fact)}</dt><dd>${outsideHtml(value)}</dd>`).join('');
  const header = `<header><h1>${escapeHtml(kind)} of ${outsideHtml(name)}</h1><dl>${list}</dl></header>`;
  return `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(`${kind} of ${name}`)}</title><style>${STYLE}</style></head><body><main>\n${header}\n${body}</main></body></html>\n`;
}
