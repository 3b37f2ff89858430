/** Which addresses never leave this machine. */
import { isIPv4 } from 'node:net';

/** @param url of any scheme with a host. */
export function isLoopback(url: string): boolean {
  // A URL's host is read by its scheme's rules, and those of http are the ones meant.
  const host = new URL(url.replace(/^[^:]+:/u, 'http:')).hostname;
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}
