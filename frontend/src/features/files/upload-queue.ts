/** Lets a few uploads run at the same time and the others wait: many at once would only slow each other down. */

const AT_ONCE = 3;

export class UploadQueue {
  private readonly controllers = new Map<number, AbortController>();
  private readonly waiting: (() => void)[] = [];
  private running = 0;

  /** Settles as `work` does, which begins when a place is free; a cancelled one never begins. */
  async run(id: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    if (this.running >= AT_ONCE) await new Promise<void>((begin) => this.waiting.push(begin));
    this.running += 1;
    try {
      controller.signal.throwIfAborted();
      await work(controller.signal);
    } finally {
      this.running -= 1;
      this.controllers.delete(id);
      this.waiting.shift()?.();
    }
  }

  cancel(id: number): void {
    this.controllers.get(id)?.abort();
  }

  cancelAll(): void {
    for (const controller of this.controllers.values()) controller.abort();
  }
}
