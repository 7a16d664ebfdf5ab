/** Runs a few uploads at the same time; the others wait, because many at once would only slow each other down. */

const AT_ONCE = 3;

export class UploadQueue {
  private readonly controllers = new Map<number, AbortController>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  /**
   * Settles as `work` does. `work` starts when `admit` has resolved and a place is free, and never after a cancellation.
   * When `admit` rejects, this rejects at once, without waiting for a place.
   */
  async run(id: number, admit: () => Promise<void>, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    try {
      await admit();
      await this.inPlace(() => {
        controller.signal.throwIfAborted();
        return work(controller.signal);
      });
    } finally {
      this.controllers.delete(id);
    }
  }

  cancel(id: number): void {
    this.controllers.get(id)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.controllers.values()) controller.abort();
  }

  private async inPlace(work: () => Promise<void>): Promise<void> {
    if (this.running >= AT_ONCE) await new Promise<void>((begin) => this.waiting.push(begin));
    this.running += 1;
    try {
      await work();
    } finally {
      this.running -= 1;
      this.waiting.shift()?.();
    }
  }
}
