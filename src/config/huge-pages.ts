/**
 * Huge memory pages for the encoder's weights. One utterance reads all 42 MB of them, and with 4 KiB pages a quarter of that time goes
 * into address translation (docs/decisions/0004-huge-pages.md). glibc reads the wish from the environment when a process starts, so
 * the process replaces itself once, before anything is loaded.
 */

/** glibc asks the kernel for huge pages; one heap for all threads, since only the main heap is large enough to be made of them. */
const TUNABLES = 'glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1';

/** Commands that load the encoder; the others start faster without. */
const ENCODING_COMMANDS: ReadonlySet<string> = new Set(['serve', 'eval', 'encode']);

/**
 * Replaces this process by itself with huge pages asked for; returns where that is done already, not wanted or not possible.
 * Tunables that someone set are left alone; a C library other than glibc ignores them.
 */
export function askForHugePages(command: string | undefined): void {
  const { env, execPath, execArgv, argv, platform } = process;
  if (platform !== 'linux' || env.GLIBC_TUNABLES !== undefined || command === undefined || !ENCODING_COMMANDS.has(command)) return;
  process.execve?.(execPath, [execPath, ...execArgv, ...argv.slice(1)], { ...env, GLIBC_TUNABLES: TUNABLES });
}
