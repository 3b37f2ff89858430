/** What happens next: actions by time, earliest first, equal times in the order they were planned. */

interface Planned {
  readonly at: number;
  readonly number: number;
  readonly action: () => void;
}

function before(left: Planned, right: Planned): boolean {
  return left.at < right.at || (left.at === right.at && left.number < right.number);
}

/** A clock with a binary heap of actions. */
export class EventQueue {
  #now = 0;
  #count = 0;
  readonly #heap: Planned[] = [];

  /** Milliseconds since the start. */
  get now(): number {
    return this.#now;
  }

  /** Plans an action in so many milliseconds. */
  after(ms: number, action: () => void): void {
    const heap = this.#heap;
    const planned: Planned = { at: this.#now + ms, number: this.#count, action };
    this.#count += 1;
    let place = heap.length;
    heap.push(planned);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !before(planned, above)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = planned;
  }

  /** Runs until nothing is planned any more. */
  run(): void {
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      this.#now = next.at;
      next.action();
    }
  }

  #take(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let place = 0;
    for (;;) {
      const left = 2 * place + 1;
      let least = heap[left];
      if (least === undefined) break;
      let at = left;
      const right = heap[left + 1];
      if (right !== undefined && before(right, least)) {
        least = right;
        at = left + 1;
      }
      if (!before(least, last)) break;
      heap[place] = least;
      place = at;
    }
    heap[place] = last;
    return first;
  }
}
