/** Writes docs/configuration.md from the settings' schema. Run by `npm run docs:configuration`; a test fails while the page is stale. */
import { writeFileSync } from 'node:fs';
import { configurationPage } from '../src/config/describe-settings.ts';

writeFileSync(new URL('../docs/configuration.md', import.meta.url), configurationPage());
