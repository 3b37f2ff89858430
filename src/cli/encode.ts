/** `faqmatch encode`: texts to vectors without a server, so that anyone can check the encoder against another implementation. */
import { type Command, Option } from 'commander';
import type { TextRole } from '../encoder/encoder.ts';
import { openEncoder } from '../wiring/open-encoder.ts';
import { describedCommand, ENCODER_SETTINGS, settingsOf } from './command-settings.ts';
import { interruptible } from './interruption.ts';
import { startProgress } from './progress.ts';
import { readLines, STANDARD_INPUT } from './read-lines.ts';
import type { Terminal } from './terminal.ts';

const ROLES: readonly TextRole[] = ['utterance', 'stored'];

/** Vectors are printed as they come, this many texts at a time. */
const CHUNK = 256;

/** Nine digits tell any two float32 numbers apart. */
function printable(vector: Float32Array): readonly number[] {
  return Array.from(vector, (value) => Number(value.toPrecision(9)));
}

/** The command. It prints JSON lines with and without --json. */
export function encodeCommand(terminal: Terminal): Command {
  const command = describedCommand('encode', {
    description: 'Encode texts, one a line, and print a {"vector":[...]} line for each, in order. Needs no server.',
    example: 'echo "where is my parcel" | faqmatch encode\nfaqmatch encode texts.txt --model ./my-model > vectors.jsonl',
    settings: ENCODER_SETTINGS,
  });
  command.addOption(new Option('--as <role>', 'which prompt of the model goes before each text').choices(ROLES).default('utterance'));
  command.argument('[file]', 'texts one a line; standard input by default');
  return command.action(async (file: string | undefined, { as: role }: { readonly as: TextRole }) => {
    const config = settingsOf(command, terminal);
    const texts = await readLines(file ?? STANDARD_INPUT, terminal);
    await interruptible(async (signal) => {
      const encoder = await openEncoder(config, {
        showDownload: () => startProgress(terminal, 'Downloading'),
        signal,
        onProblem: (problem) => terminal.err(`warning: ${problem}`),
      });
      const progress = startProgress(terminal, 'Encoding');
      try {
        for (let start = 0; start < texts.length; start += CHUNK) {
          const chunk = texts.slice(start, start + CHUNK);
          const { dimension } = encoder.info;
          const vectors = await encoder.encodeAll(chunk, {
            role,
            signal,
            onProgress: (done) => progress.update(start + done, texts.length, 'texts'),
          });
          for (const row of chunk.keys())
            terminal.out(JSON.stringify({ vector: printable(vectors.subarray(row * dimension, (row + 1) * dimension)) }));
        }
      } finally {
        progress.stop();
        await encoder.close();
      }
    });
  });
}
