/** A client for one command: opened, used, closed. */
import type { FaqmatchClient } from '../client/client.ts';
import { createClient } from '../client/client.ts';
import { interruptible } from './interruption.ts';

/** A person at a terminal waits longer than a chatbot, but not for a server that is not there. */
const COMMAND_DEADLINE_MS = 10_000;

/** Calls a server; an interruption cancels the calls made with the signal. */
export async function callServer<Result>(
  address: string,
  work: (client: FaqmatchClient, signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const client = createClient({ address, deadlineMs: COMMAND_DEADLINE_MS, waitForServer: false });
  try {
    return await interruptible((signal) => work(client, signal));
  } finally {
    client.close();
  }
}
