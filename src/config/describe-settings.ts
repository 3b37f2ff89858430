/** docs/configuration.md, made from the schema, so that the page cannot differ from the program. */
import * as z from 'zod';
import type { SettingName } from './schema.ts';
import { configSchema, SETTING_GROUPS } from './schema.ts';
import { CONFIG_FILE_VARIABLE, environmentName, factsOf, flagName, isSettingName } from './setting-names.ts';

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs:configuration\` from src/config/schema.ts; edit that file, not this page. -->

Every setting can be given in a config file, in the environment or as a flag of the command that uses it. Each layer goes over the one before:

defaults < config file < environment < flags

The config file is YAML with one setting a line, under the names of the first column (\`dataDir: ./data\`); name it with \`--config\` or
\`${CONFIG_FILE_VARIABLE}\`. A name that is no setting is refused, and all faults of all layers are reported together. An empty environment variable
counts as unset. Relative paths count from the working directory. Secrets are never printed.
`;

/** Type and range in words, read off the schema. */
function valuesOf(name: SettingName): string {
  const schema = z.toJSONSchema(configSchema.shape[name], { io: 'output', unrepresentable: 'any' });
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'integer') return `whole number, ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'number') {
    return schema.exclusiveMinimum === undefined
      ? `number, ${schema.minimum} to ${schema.maximum}`
      : `number above ${schema.exclusiveMinimum}, below ${schema.exclusiveMaximum}`;
  }
  if (schema.type === 'boolean') return '`true`, `false`';
  return factsOf(name).placeholder ?? 'text';
}

function defaultOf(name: SettingName): string {
  const value: unknown = configSchema.shape[name].safeParse(undefined).data;
  return value === undefined ? 'unset' : `\`${String(value)}\``;
}

function row(name: SettingName): string {
  const description = factsOf(name).description;
  return `| \`${name}\` | \`${environmentName(name)}\` | \`${flagName(name)}\` | ${valuesOf(name)} | ${defaultOf(name)} | ${description} |`;
}

/** The whole page. */
export function configurationPage(): string {
  const sections = Object.entries(SETTING_GROUPS).map(([heading, group]) => {
    const rows = Object.keys(group).filter(isSettingName).map(row);
    return [
      `## ${heading}`,
      '',
      '| Setting | Environment | Flag | Values | Default | What it does |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `${INTRODUCTION}\n${sections.join('\n\n')}\n`;
}
