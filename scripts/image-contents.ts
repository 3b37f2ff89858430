/** What a container image holds, and why the rest stays out. Proved complete by test/deploy: every module loads and a server answers. */
import { basename, extname, matchesGlob } from 'node:path';

/** The machine that an image is for: `process.platform` and `process.arch`. */
export interface ImagePlatform {
  readonly platform: string;
  readonly arch: string;
}

/** What is copied from the checkout, whole but for what {@link isNeeded} refuses. */
export const IMAGE_PARTS = ['dist', 'models', 'faq-data', 'proto', 'package.json', 'LICENSE', 'CHANGELOG.md'] as const;

/** The file that is run, by its first line; every other file in an image is plain. */
export const EXECUTABLE = 'dist/main.js';

/** Dependencies of dependencies that no code here loads, each with the reason. What only they need stays out too. */
export const NOT_LOADED: ReadonlyMap<string, string> = new Map([
  ['onnxruntime-web', 'WebAssembly for browsers, 141 MB; @huggingface/transformers carries a copy of what it needs of it on Node'],
  ['adm-zip', 'serves the install script of onnxruntime-node'],
  ['global-agent', 'serves the install script of onnxruntime-node'],
  ['node-addon-api', 'headers to compile usearch with'],
  ['@types/node', 'types'],
]);

/** Of packages that bring much more than what is loaded: the only files that are taken beside manifest and licence. */
function takenOnly({ platform, arch }: ImagePlatform): Readonly<Record<string, readonly string[]>> {
  return {
    // `dist` holds ten ready-made bundles of what `lib` has in modules, which are what is imported.
    echarts: ['index.js', 'lib/**'],
    zrender: ['index.js', 'lib/**'],
    '@huggingface/transformers': ['dist/transformers.node.mjs'],
    'onnxruntime-node': ['dist/**', `bin/*/${platform}/${arch}/**`],
    // The stars: one prebuild may serve two processors (darwin-arm64+x64).
    usearch: ['javascript/dist/**', `prebuilds/${platform}-*${arch}*/**`],
  };
}

/** Kinds of files that are read by people and compilers only: types, sources, source maps, documents, notes of the compiler. */
const UNREAD = new Set([
  '.ts',
  '.mts',
  '.cts',
  '.map',
  '.md',
  '.markdown',
  '.flow',
  '.c',
  '.cc',
  '.cpp',
  '.h',
  '.hpp',
  '.gyp',
  '.tsbuildinfo',
]);

const LICENCE = /^(licen[cs]e|copying|copyright|notice|third.?party)/iu;

function isUnread(path: string): boolean {
  return UNREAD.has(extname(path)) || basename(path) === '.built';
}

/** Whether a file of the project's own goes in. Models keep their cards; `path` is relative to the checkout. */
export function isNeeded(path: string): boolean {
  return !path.startsWith('dist/') || !isUnread(path);
}

/** What decides on a package's file. */
export interface PackageFacts {
  readonly name: string;
  /** Whether the package has a file of its own with the licence; where not, its README may hold the text and stays. */
  readonly hasLicenceFile: boolean;
}

/** Whether a path's file holds a licence or a notice that has to go with the code. */
export function isLicence(path: string): boolean {
  return LICENCE.test(basename(path));
}

/** Whether a package's file goes in; `path` is relative to the package. */
export function isNeededOfPackage(path: string, { name, hasLicenceFile }: PackageFacts, platform: ImagePlatform): boolean {
  if (path === 'package.json' || isLicence(path)) return true;
  if (!hasLicenceFile && /^readme/iu.test(path)) return true;
  const taken = takenOnly(platform)[name];
  if (taken !== undefined && !taken.some((pattern) => matchesGlob(path, pattern))) return false;
  return !isUnread(path);
}
