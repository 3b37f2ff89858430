/**
 * `npm run bench:scale`: what faqmatch takes at which size, by a model and by a simulation that checks it. Measures nothing.
 *   --only <part>        inputs, model or simulation
 *   --set <name>=<value> another value for an input; may be given more than once
 *   --quick              shorter simulations
 *   --write              puts the tables that docs/scale.md has a place for into it, instead of printing them
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { FaqError } from '../../src/errors.ts';
import { INPUTS, type InputName, type Inputs, inputsWith } from './inputs.ts';
import { inputSection, MODEL_SECTIONS } from './model-sections.ts';
import { type Section, sectionIn, withSection } from './section.ts';
import { simulationSections } from './simulation-sections.ts';

const PAGE = new URL('../../docs/scale.md', import.meta.url);
const MATCHES = { whole: 60_000, quick: 10_000 } as const;

function isInput(name: string): name is InputName {
  return name in INPUTS;
}

function replacedInputs(settings: readonly string[]): Partial<Inputs> {
  const replaced = settings.map((setting): [InputName, number] => {
    const [name = '', text = ''] = setting.split('=');
    const value = Number(text);
    if (!isInput(name) || text === '' || !Number.isFinite(value) || value < 0) {
      const message = `Expected --set name=value with an input's name and a number of at least 0, got ${JSON.stringify(setting)}. Names: ${Object.keys(INPUTS).join(', ')}.`;
      throw new FaqError('invalid_argument', message);
    }
    return [name, value];
  });
  return Object.fromEntries(replaced);
}

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string' },
    set: { type: 'string', multiple: true, default: [] },
    quick: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
  },
});
const inputs = inputsWith(replacedInputs(flags.set));
const PARTS: Readonly<Record<string, () => readonly Section[]>> = {
  inputs: () => [inputSection('inputs', ['measured', 'counted', 'published', 'chosen', 'assumed'], inputs)],
  model: () => Object.values(MODEL_SECTIONS).map((section) => section(inputs)),
  simulation: () => simulationSections(inputs, flags.quick ? MATCHES.quick : MATCHES.whole),
};
const sections = Object.entries(PARTS)
  .filter(([name]) => flags.only === undefined || flags.only === name)
  .flatMap(([, part]) => part());
if (flags.write) {
  const page = readFileSync(PAGE, 'utf8');
  const wanted = sections.filter(({ name }) => sectionIn(page, name) !== undefined);
  writeFileSync(PAGE, wanted.reduce(withSection, page));
} else {
  for (const { name, markdown } of sections) console.log(`\n### ${name}\n\n${markdown}`);
}
