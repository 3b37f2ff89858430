/**
 * Which folder may import what. The reasons stand in docs/ARCHITECTURE.md; test/arch plants one violation per rule.
 * Type-only imports count: a type from another layer couples as firmly as a function does.
 */

/** A package, whether it was resolved into node_modules or is named only. */
const npm = (...names) => `(^|/)node_modules/(${names.join('|')})(/|$)|^(${names.join('|')})(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
const configuration = {
  forbidden: [
    {
      name: 'nest-only-in-server',
      comment: 'The framework is a detail of the server: everything below runs and is tested without it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/server/' },
      to: { path: npm('@nestjs', 'rxjs') },
    },
    {
      name: 'grpc-only-at-the-border',
      comment: 'The core speaks its own types; only the two ends of the wire know the protocol.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(server|client|generated|encoder/remote)/' },
      to: { path: npm('@grpc', 'grpc-health-check') },
    },
    {
      name: 'inference-only-in-encoder',
      comment: 'Everyone else asks the encoder for vectors and never sees the runtime behind it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/encoder/' },
      to: { path: npm('onnxruntime-(node|web|common)', '@huggingface') },
    },
    {
      name: 'qdrant-only-in-its-index',
      comment: 'Both indexes stand behind one contract; a second user of the client would bypass it.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/index/qdrant/' },
      to: { path: npm('@qdrant') },
    },
    {
      name: 'generated-only-at-the-border',
      comment: 'Wire types are mapped at the border, so that the contract and the core change apart.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(server|client|generated)/' },
      to: { path: '^src/generated/' },
    },
    {
      name: 'parts-are-strangers',
      comment: 'corpus, encoder, index and matching are tied together by versions/, answering/ and composition.ts alone.',
      severity: 'error',
      from: { path: '^src/(corpus|encoder|index|matching)/' },
      to: { path: '^src/(corpus|encoder|index|matching)/', pathNot: '^src/$1/' },
    },
    {
      name: 'parts-never-look-up',
      comment: 'A part does not know who ties it in or what sits on top.',
      severity: 'error',
      from: { path: '^src/(text|corpus|encoder|index|matching)/' },
      to: { path: '^src/(versions|answering|server|wiring|cli|quality|client)/|^src/(composition|main)\\.ts$' },
    },
    {
      name: 'ties-never-look-up',
      comment: 'versions/, answering/ and composition.ts serve whoever sits on top, and know none of them.',
      severity: 'error',
      from: { path: '^src/(versions|answering)/|^src/composition\\.ts$' },
      to: { path: '^src/(server|wiring|cli|quality|client)/|^src/main\\.ts$' },
    },
    {
      name: 'wiring-serves-the-commands',
      comment: 'wiring/ opens parts from settings for whoever runs them: it knows no command, and no part knows it.',
      severity: 'error',
      from: { path: '^src/(wiring|server|quality)/' },
      to: { path: '^src/cli/|^src/main\\.ts$' },
    },
    {
      name: 'opened-from-above',
      comment: 'A server or a measurement is handed what it works with, and does not open it itself.',
      severity: 'error',
      from: { path: '^src/(server|quality|client|config)/' },
      to: { path: '^src/wiring/' },
    },
    {
      name: 'ground-stands-alone',
      comment: 'Whatever stands beside errors.ts may be imported by every folder, and so knows none but text/.',
      severity: 'error',
      from: { path: '^src/(errors|kept-http|names|native-thread|plain-error|seeded-random|system-code|worker-script)\\.ts$' },
      to: { path: '^src/', pathNot: '^src/text/|^src/errors\\.ts$' },
    },
    {
      name: 'client-stands-alone',
      comment: 'Chatbots import the client: it brings the contract and the errors with it, and nothing of the server.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: { path: '^src/', pathNot: '^src/(client|generated)/|^src/errors\\.ts$' },
    },
    {
      name: 'src-never-imports-what-surrounds-it',
      comment: 'The product runs without its tests, benchmarks and scripts.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|scripts|training|deploy)/' },
    },
    {
      name: 'no-development-package-in-src',
      comment: 'A package the product needs at run time stands under dependencies, or an installation without development packages breaks.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], pathNot: '(^|/)node_modules/@types/' },
    },
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one idea, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that nothing answers fails at run time.',
      severity: 'error',
      from: { path: '^src/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/' },
    tsPreCompilationDeps: true,
    combinedDependencies: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['node', 'import', 'require', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.d.ts', '.json', '.node'],
    },
  },
};

export default configuration;
