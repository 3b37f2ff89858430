/**
 * Texts by whose vectors a model is told from others. They are part of the identity of every remote model without a folder: changing them
 * makes all its stored versions unusable.
 */

/** Neighbours are near, related or strange to one another in turn. */
export const PROBE_TEXTS: readonly string[] = [
  'How do I change the address of my order?',
  'Can the delivery address still be changed after I have ordered?',
  'I was charged twice, please give me my money back.',
  'The weather in the mountains was lovely yesterday.',
  'WLAN 5 GHz DHCP lease 192.168.0.1',
  'Mein Paket ist nicht angekommen.',
  'refund',
  'What documents do I need to open an account for my child, and may I do it online or do I have to come to a branch?',
];
