/** The compose file holds together and fits this repository. No Docker is needed; nothing is started. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { root } from '../../scripts/checkout.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { runBare } from '../support/assembled-image.ts';
import { readDockerfile, restsOf } from '../support/dockerfile.ts';

const folder = join(root, 'deploy', 'compose');
const text = readFileSync(join(folder, 'compose.yaml'), 'utf8');
const example = readFileSync(join(folder, '.env.example'), 'utf8');

/** `name-or-folder:place[:ro]`, or the same written out. */
const mountSchema = z.union([
  z.string().transform((text) => {
    const [source = '', target = ''] = text.split(':');
    return { type: /^[./]/u.test(source) ? ('bind' as const) : ('volume' as const), source, target };
  }),
  z.looseObject({ type: z.enum(['bind', 'volume']), source: z.string(), target: z.string() }),
]);
const serviceSchema = z.looseObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  environment: z.record(z.string(), z.string().or(z.number())).default({}),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.looseObject({ aliases: z.array(z.string()).default([]) }))]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(mountSchema),
  healthcheck: z.looseObject({ test: z.array(z.string()) }).optional(),
});
const { services, volumes, networks } = z
  .looseObject({
    services: z.record(z.string(), serviceSchema),
    volumes: z.record(z.string(), z.unknown()),
    networks: z.record(z.string(), z.looseObject({ internal: z.boolean().default(false) })),
  })
  .parse(parse(text, { merge: true }));
const replicas = Object.entries(services).filter(([, { image }]) => image.startsWith('faqmatch:'));

/** The Dockerfile of a service's image, by whichever service builds it; undefined where it comes from a registry. */
function dockerfileOf({ image }: z.infer<typeof serviceSchema>): string | undefined {
  const built = Object.values(services).find((service) => service.image === image && service.build !== undefined)?.build;
  return built === undefined ? undefined : resolve(folder, built.context, built.dockerfile);
}

/** Values of .env.example by name. */
const exampleValues = new Map(
  example
    .split('\n')
    .filter((line) => /^\w+=/u.test(line))
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);

/** Fills `${NAME:-default}` in, and `${NAME:?why}` with a stand-in. */
function filled(value: string | number): string {
  return String(value).replaceAll(/\$\{\w+:([-?])([^}]*)\}/gu, (_, kind: string, rest: string) => (kind === '-' ? rest : 'a-key'));
}

function networksOf(service: z.infer<typeof serviceSchema>): readonly string[] {
  return Array.isArray(service.networks) ? service.networks : Object.keys(service.networks);
}

describe.each(Object.entries(services))('the service %s', (_name, service) => {
  test('has an image pinned to a version', () => {
    expect(service.image).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+[\w.-]*$/u);
  });

  test('can gain no rights and write to its volumes only', () => {
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service).not.toHaveProperty('privileged');
    expect(service).not.toHaveProperty('user');
  });

  test('has bounds: memory, log, time to stop', () => {
    expect(service).toMatchObject({ mem_limit: expect.anything(), stop_grace_period: expect.anything(), restart: 'unless-stopped' });
    expect(service).toMatchObject({ logging: { options: { 'max-size': expect.anything(), 'max-file': expect.any(String) } } });
  });

  test('is watched by a health check of its own or of its image', () => {
    const dockerfile = dockerfileOf(service);
    const built = dockerfile === undefined ? [] : restsOf(readDockerfile(dockerfile).at(-1), 'HEALTHCHECK');
    expect(service.healthcheck !== undefined || built.length > 0).toBe(true);
  });

  test('is published on loopback only', () => {
    for (const port of service.ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/u);
  });

  test('uses volumes and networks that are declared, and folders that are there', () => {
    for (const network of networksOf(service)) expect(networks).toHaveProperty(network);
    for (const { type, source } of service.volumes) {
      if (type === 'bind') expect(existsSync(resolve(folder, filled(source))), source).toBe(true);
      else expect(volumes).toHaveProperty(source);
    }
  });

  test('takes a folder that a variable names as a folder, with ./ before it or not', () => {
    for (const { type, source } of service.volumes) if (source.includes('${')) expect({ source, type }).toEqual({ source, type: 'bind' });
  });
});

describe('the replicas', () => {
  test('are two, alike but for their ports and data', () => {
    expect(replicas).toHaveLength(2);
    const [first, second] = replicas.map(([, { ports: _ports, build: _build, volumes: mounts, ...rest }]) => ({
      ...rest,
      mounts: mounts.slice(1),
    }));
    expect(second).toEqual(first);
    const published = replicas.flatMap(([, { ports }]) => ports.map((port) => port.split(':')[1]));
    expect(new Set(published).size).toBe(published.length);
    const data = replicas.map(([, service]) => service.volumes.filter(({ target }) => target === '/var/lib/faqmatch'));
    expect(data).toEqual(replicas.map(([name]) => [{ type: 'volume', source: name, target: '/var/lib/faqmatch' }]));
  });

  test('have one image, which one of them builds: two that build the same one at once fail', () => {
    expect(replicas.filter(([, { build }]) => build !== undefined).map(([name]) => name)).toEqual(['faqmatch-1']);
  });

  test('share one name on the network of the chatbots', () => {
    for (const [, service] of replicas) expect(service.networks).toMatchObject({ chatbots: { aliases: ['faqmatch'] } });
  });

  test('are of this version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    for (const [, { image }] of replicas) expect(image).toBe(`faqmatch:${version}`);
  });

  test('have settings that exist, with values that are allowed', () => {
    for (const [, { environment }] of replicas) {
      const values = Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, filled(value)]));
      const { config, warnings } = loadConfig({ environment: values });
      expect(warnings).toEqual([]);
      expect(config.index).toBe('qdrant');
    }
  });

  test('reach a Qdrant that nothing else reaches, with the key that it asks for', () => {
    const qdrant = services.qdrant;
    expect(networks.store?.internal).toBe(true);
    expect(qdrant?.networks).toEqual(['store']);
    expect(qdrant?.ports).toEqual([]);
    for (const [, service] of replicas) {
      expect(networksOf(service)).toContain('store');
      expect(service.environment.QDRANT_URL).toBe('http://qdrant:6333');
      expect(service.environment.QDRANT_API_KEY).toBe(qdrant?.environment.QDRANT__SERVICE__API_KEY);
    }
  });
});

test('every environment variable is explained by a comment above it', () => {
  const lines = text.split('\n');
  const settings = lines.flatMap((line, index) =>
    /^\s+(?:# )?[A-Z][A-Z_]+: \S/u.test(line) ? [{ line, above: lines[index - 1] ?? '' }] : [],
  );
  expect(settings.length).toBeGreaterThanOrEqual(9);
  for (const { line, above } of settings) expect(above, line).toMatch(/^\s*# /u);
});

describe('the health check of Qdrant, whose image has no client for HTTP', () => {
  const [, ...command] = services.qdrant?.healthcheck?.test ?? [];

  /** The check's exit code where /readyz answers `status` with an unread body of some length. */
  async function checked(status: number): Promise<number | null> {
    const server = createServer((request, response) =>
      response.writeHead(request.url === '/readyz' ? status : 404).end('x'.repeat(10_000)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    // Compose turns $$ into $; the port is this test's.
    const here = command.map((part) => part.replaceAll('$$', '$').replace('/6333', `/${port}`));
    try {
      return (await runBare(root, here)).code;
    } finally {
      server.close();
    }
  }

  test('passes where it is ready', async () => expect(await checked(200)).toBe(0));
  test('fails where shards are still loading', async () => expect(await checked(503)).toBe(1));
  test('fails where nothing listens', async () => {
    const { code } = await runBare(
      root,
      command.map((part) => part.replace('/6333', '/1')),
    );
    expect(code).toBe(1);
  });
});

test('.env.example names every variable that the compose file reads, and no key', () => {
  const read = new Set([...text.matchAll(/\$\{(\w+):/gu)].map(([, name]) => name));
  expect([...exampleValues.keys()].sort()).toEqual([...read].sort());
  expect(exampleValues.get('QDRANT_API_KEY')).toBe('');
  expect(readFileSync(join(root, '.gitignore'), 'utf8').split('\n')).toContain('.env');
});
