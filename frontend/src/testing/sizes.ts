/** For tests: sizes of elements, which jsdom does not lay out; all are 600 pixels wide. */
globalThis.ResizeObserver ??= class {
  constructor(private readonly tell: ResizeObserverCallback) {}
  observe() {
    this.tell([{ contentRect: { width: 600 } } as ResizeObserverEntry], this);
  }
  unobserve() {}
  disconnect() {}
};
