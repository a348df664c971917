// Times what the page shows: from an event to each frame in which a canvas or a text has changed.
window.bench = {
  touched: new WeakSet(),

  /**
   * Begins to watch an element.
   *
   * selector: the element. from, until: the events that a step begins and ends with.
   * quiet: milliseconds without a change after which it is over. patience: the most to wait.
   * `result` resolves to {end, changes}: milliseconds since `from`.
   */
  watch({ selector, from, until, quiet, patience }) {
    const element = document.querySelector(selector);
    const isCanvas = element instanceof HTMLCanvasElement;
    const read =
      isCanvas
        ? () => {
            const { width, height } = element;
            const pixels = element.getContext("2d").getImageData(0, 0, width, height);
            return new Uint32Array(pixels.data.buffer);
          }
        : () => [element.textContent];
    const differ = (one, other) => {
      if (one.length !== other.length) return true;
      for (let index = 0; index < one.length; index++) {
        if (one[index] !== other[index]) return true;
      }
      return false;
    };

    let start = null;
    let end = null;
    const begin = () => (start ??= performance.now());
    const finish = () => (end = performance.now());
    // Before the slider hears of it.
    window.addEventListener(from, begin, { capture: true, once: true });
    window.addEventListener(until, finish, { capture: true, once: true });

    const armed = performance.now();
    const changes = [];
    let shown = read();
    this.result = new Promise((resolve, reject) => {
      const look = () => {
        // Reading every frame's pixels would slow down what is measured.
        const worth = !isCanvas || this.touched.delete(element);
        const seen = worth ? read() : shown;
        const now = performance.now();
        if (seen !== shown && differ(shown, seen)) {
          shown = seen;
          if (start !== null) changes.push(now - start);
        }
        const last = changes.length ? start + changes[changes.length - 1] : Infinity;
        if (end !== null && now - Math.max(last, end) > quiet) {
          resolve({ end: end - start, changes });
        } else if (now - armed > patience) {
          reject(new Error(`no change of ${selector} in ${patience} ms`));
        } else {
          requestAnimationFrame(look);
        }
      };
      requestAnimationFrame(look);
    });
    this.result.catch(() => {}); // asked for later
  },
};

// Says which canvases have been drawn on, whether that changed anything or not.
for (const name of ["clearRect", "drawImage", "fillRect", "putImageData"]) {
  const original = CanvasRenderingContext2D.prototype[name];
  CanvasRenderingContext2D.prototype[name] = function (...given) {
    bench.touched.add(this.canvas);
    return original.apply(this, given);
  };
}
