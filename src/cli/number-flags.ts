/** Flags of commands that are numbers: parsed, or refused with what was expected. */
import { InvalidArgumentError } from 'commander';

/** A number of any size; its range is the command's business. */
export function numberFlag(value: string): number {
  const number = Number(value);
  if (value.trim() === '' || Number.isNaN(number)) throw new InvalidArgumentError('A number was expected.');
  return number;
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
