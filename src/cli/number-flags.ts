/** Flags of commands that are numbers: parsed, or refused with what was expected. */
import { InvalidArgumentError } from 'commander';

/** Seconds that something takes: more than none, and a day at most. */
export function secondsFlag(value: string): number {
  const seconds = Number(value);
  if (seconds > 0 && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('A number of seconds above 0 was expected, 86400 at most.');
}

/** A whole number in a range. */
export function wholeFlag(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (value.trim() !== '' && Number.isInteger(number) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} was expected.`);
  };
}

/** A confidence, a precision or another share. */
export function shareFlag(value: string): number {
  const share = Number(value);
  if (value.trim() !== '' && share >= 0 && share <= 1) return share;
  throw new InvalidArgumentError('A number from 0 to 1 was expected, such as 0.5.');
}
