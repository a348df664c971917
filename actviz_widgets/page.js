// The explorer's link to its page. Once for each explorer: ticks and files. Once for each of its
// views: keys, names for screen readers, and the width there is. What a front end does not have is
// not found, and then left alone.

const ROOT = ".actviz-explorer";
const CANVAS = ".jupyter-matplotlib-canvas-div";
const KEYS = {
  ArrowLeft: ["channel", -1],
  ArrowRight: ["channel", 1],
  ArrowUp: ["layer", -1],
  ArrowDown: ["layer", 1],
  PageUp: ["image", -1],
  PageDown: ["image", 1],
};
// Controls that these keys mean something else to.
const HAS_OWN_KEYS = "select, input, textarea, [role=slider], [contenteditable=true]";
const PATIENCE = 10000; // milliseconds after which an answer counts as lost
const CALM = 100; // milliseconds without a change of width
const LEAST = 8; // pixels that are worth drawing anew for

// Sends messages of a kind one at a time: the next one when the last was answered.
function oneAtATime(model, kind) {
  let sent = 0;
  const answered = (content) => {
    if (content.kind === "answered" && content.what === kind) {
      sent = 0;
      channel.onAnswer?.();
    }
  };
  const channel = {
    isFree: () => sent === 0 || Date.now() - sent > PATIENCE,
    send(content) {
      sent = Date.now();
      model.send({ kind, ...content });
    },
    close: () => model.off("msg:custom", answered),
  };
  model.on("msg:custom", answered);
  return channel;
}

function initialize({ model }) {
  const ticks = oneAtATime(model, "tick");
  let timer = 0;

  function stop() {
    if (model.get("playing")) {
      model.set("playing", false);
      model.save_changes();
    }
  }
  function tick() {
    if (document.hidden) stop();
    else if (ticks.isFree()) ticks.send({});
  }
  function restart() {
    clearInterval(timer);
    if (model.get("playing")) timer = setInterval(tick, model.get("interval"));
  }
  function save(content, buffers) {
    if (content.kind !== "download") return;
    const url = URL.createObjectURL(new Blob([buffers[0]], { type: content.mime }));
    const link = Object.assign(document.createElement("a"), { href: url, download: content.name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(url), PATIENCE);
  }
  const onHidden = () => document.hidden && stop();

  model.on("change:playing change:interval", restart);
  model.on("msg:custom", save);
  document.addEventListener("visibilitychange", onHidden);
  restart();
  return () => {
    clearInterval(timer);
    ticks.close();
    model.off("change:playing change:interval", restart);
    model.off("msg:custom", save);
    document.removeEventListener("visibilitychange", onHidden);
  };
}

// Waits until an element is part of the page, and gives the explorer around it.
function explorerAround(el, signal) {
  return new Promise((resolve) => {
    const look = () => {
      if (signal.aborted) return;
      if (el.isConnected) resolve(el.closest(ROOT));
      else requestAnimationFrame(look);
    };
    look();
  });
}

function listenToKeys(root, model, signal) {
  const keys = oneAtATime(model, "key");
  const waiting = new Map();
  keys.onAnswer = () => {
    for (const [name, steps] of waiting) {
      waiting.delete(name);
      if (steps !== 0) return keys.send({ name, steps });
    }
  };
  function onKey(event) {
    const { target } = event;
    const onCanvas = target.closest(CANVAS);
    if (event.ctrlKey || event.altKey || event.metaKey) {
      // The canvas would swallow what is meant for the page.
      if (onCanvas) passBy(event, onCanvas);
      return;
    }
    if (event.type === "keydown" && event.key in KEYS && !target.closest(HAS_OWN_KEYS)) {
      event.preventDefault();
      event.stopPropagation();
      const [name, step] = KEYS[event.key];
      waiting.set(name, (waiting.get(name) ?? 0) + step);
      if (keys.isFree()) keys.onAnswer();
    } else if (onCanvas) {
      // Neither the canvas's nor, while a figure is looked at, the notebook's: Tab goes on.
      if (event.shiftKey && event.key === "Enter") passBy(event, onCanvas);
      else event.stopPropagation();
    }
  }
  for (const type of ["keydown", "keyup"]) {
    root.addEventListener(type, onKey, { capture: true, signal });
  }
  signal.addEventListener("abort", keys.close);
}

// Hands a key on to all around the canvas.
function passBy(event, canvas) {
  event.stopPropagation();
  const copy = new KeyboardEvent(event.type, event);
  if (!canvas.parentElement.dispatchEvent(copy)) event.preventDefault();
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function keepNamed(root, model, signal) {
  function name() {
    for (const handle of root.querySelectorAll("[role=slider]")) {
      const row = handle.closest(".widget-slider")?.parentElement;
      const label = row?.querySelector(".widget-label")?.textContent;
      if (label) set(handle, "aria-label", label);
    }
    for (const button of root.querySelectorAll(".widget-toggle-button")) {
      set(button, "aria-pressed", String(button.classList.contains("mod-active")));
    }
    for (const canvas of root.querySelectorAll(CANVAS)) {
      set(canvas, "role", "application");
      set(canvas, "aria-label", `Figure: ${model.get("canvas_label") || "activations"}`);
    }
  }
  let frame = 0;
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(name);
  };
  const observer = new MutationObserver(later);
  observer.observe(root, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ["class"],
  });
  model.on("change:canvas_label", later);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    model.off("change:canvas_label", later);
  });
  name();
}

function tellWidth(root, model, signal) {
  let told = 0;
  let timer = 0;
  function tell() {
    const canvas = root.querySelector(CANVAS);
    if (!canvas) return void (timer = setTimeout(tell, CALM));
    const aside = canvas.getBoundingClientRect().left - root.getBoundingClientRect().left;
    const width = Math.floor(root.clientWidth - Math.max(aside, 0) - 2);
    // A page that is not on show has no width.
    if (width <= 0 || Math.abs(width - told) <= LEAST) return;
    told = width;
    model.send({ kind: "width", width });
  }
  const observer = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(tell, CALM);
  });
  observer.observe(root);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    observer.disconnect();
  });
}

const views = new WeakMap();

function render({ model, el }) {
  const leaving = new AbortController();
  views.set(model, (views.get(model) ?? 0) + 1);
  explorerAround(el, leaving.signal).then((root) => {
    if (!root) return;
    listenToKeys(root, model, leaving.signal);
    keepNamed(root, model, leaving.signal);
    tellWidth(root, model, leaving.signal);
  });
  return () => {
    leaving.abort();
    views.set(model, views.get(model) - 1);
    if (views.get(model) === 0 && model.get("playing")) {
      model.set("playing", false);
      model.save_changes();
    }
  };
}

export default { initialize, render };
