/** The few colours of reports; told apart in grey print and by most eyes that mix red and green up. */
export const PALETTE = {
  ink: '#1f2937',
  faint: '#6b7280',
  line: '#e5e7eb',
  accent: '#2f5fd0',
  right: '#2a9d8f',
  wrong: '#d9542b',
  /** Darker, since text needs a contrast of 4.5 to 1 on white. */
  wrongText: '#b23c17',
  outOfScope: '#8b93a7',
  pale: '#eef1f6',
} as const;
