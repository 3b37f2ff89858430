import { describe, expect, it } from 'vitest';
import { createStoreReach } from '../../../src/versions/store-reach.ts';

describe('the reach of the store', () => {
  it('is told when it changes, and only then, until the listener leaves', () => {
    const reach = createStoreReach();
    const heard: (string | undefined)[] = [];
    const leave = reach.subscribe(() => heard.push(reach.problem));
    reach.set(undefined);
    reach.set('away');
    reach.set('away');
    reach.set('another reason');
    reach.set(undefined);
    leave();
    reach.set('away');
    expect(heard).toEqual(['away', 'another reason', undefined]);
    expect(reach.problem).toBe('away');
  });
});
