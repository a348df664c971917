// The explorer's link to its page. Once for each explorer: what is sent to the kernel, ticks and
// files. Once for each of its views: keys, names for screen readers, and the width there is. What a
// front end does not have is not found, and then left alone.

const ROOT = ".actviz-explorer";
const CANVAS = ".jupyter-matplotlib-canvas-div";
const TOOLBAR_BUTTON = ".jupyter-matplotlib-button";
const KEYS = {
  ArrowLeft: ["channel", -1],
  ArrowRight: ["channel", 1],
  ArrowUp: ["layer", -1],
  ArrowDown: ["layer", 1],
  PageUp: ["image", -1],
  PageDown: ["image", 1],
};
// Controls that these keys mean something else to.
const PRESSED_ONLY = ["button", "checkbox", "file", "image", "reset", "submit"];
const HAS_OWN_KEYS = [
  `input${PRESSED_ONLY.map((type) => `:not([type=${type}])`).join("")}`,
  "select",
  "textarea",
  "[role=slider]",
].join(", ");
// What JupyterLab's shortcuts go by, as all of Lumino's: where it stands there are none.
const NO_SHORTCUTS = "data-lm-suppress-shortcuts";
const CALM = 100; // milliseconds without a change of width
const LEAST = 8; // pixels that are worth drawing anew for
const BESIDE = 4; // pixels that ipympl leaves to the right of the canvas
const SCROLLBAR = 24; // pixels that one takes at most
const LATE = 1000; // milliseconds that a page on show may take to ask for a file first

// Sends to the kernel one message at a time; what comes up meanwhile goes together in the next one.
function makeOutbox(model) {
  const page = Math.random().toString(36).slice(2);
  let waiting = null;
  let isUnanswered = false;

  function flush() {
    if (isUnanswered || waiting === null) return;
    model.send({ kind: "news", page, ...waiting });
    waiting = null;
    isUnanswered = true;
  }
  function put(news) {
    waiting = { ...waiting, ...news };
    flush();
  }
  return {
    page,
    step: (name, by) => {
      const steps = { ...waiting?.steps };
      steps[name] = (steps[name] ?? 0) + by;
      put({ steps });
    },
    width: (width) => put({ width }),
    // A kernel that has not answered gets no tick at all, not a late one.
    tick: () => isUnanswered || put({ tick: true }),
    answered: () => {
      isUnanswered = false;
      flush();
    },
  };
}

function saveFile(name, mime, data) {
  const url = URL.createObjectURL(new Blob([data], { type: mime }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

// Gives the kernel's messages to where they belong, and takes the files it offers.
function hearKernel(model, outbox, roots) {
  function hear(content, buffers) {
    if (content.kind === "offer" && roots.size > 0) {
      // All pages hear of it and the first one gets it: rather one that somebody looks at.
      const take = () => model.send({ kind: "take", page: outbox.page, file: content.file });
      setTimeout(take, document.hidden ? LATE : 0);
    } else if (content.page === outbox.page) {
      if (content.kind === "answer") outbox.answered();
      if (content.kind === "save") saveFile(content.name, content.mime, buffers[0]);
    }
  }
  model.on("msg:custom", hear);
  return () => model.off("msg:custom", hear);
}

function stop(model) {
  if (!model.get("playing")) return;
  model.set("playing", false);
  model.save_changes();
}

// Ticks while it plays and somebody can see it, in as many views as may be.
function keepTime(model, outbox, roots) {
  let timer = 0;
  let wasSeen = false;

  function tick() {
    if (document.hidden) return;
    if ([...roots].some((root) => root.getClientRects().length > 0)) {
      wasSeen = true;
      outbox.tick();
    } else if (wasSeen) {
      stop(model);
    }
  }
  function restart() {
    clearInterval(timer);
    wasSeen = false;
    if (model.get("playing")) timer = setInterval(tick, model.get("interval"));
  }
  const onHidden = () => document.hidden && stop(model);

  model.on("change:playing change:interval", restart);
  document.addEventListener("visibilitychange", onHidden);
  restart();
  return () => {
    clearInterval(timer);
    model.off("change:playing change:interval", restart);
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

function listenToKeys(root, outbox, signal) {
  function onKey(event) {
    const [target] = event.composedPath();
    if (!(target instanceof Element) || !root.contains(target)) return;
    const canvas = target.closest(CANVAS);
    const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey;
    const runsCell = event.shiftKey && event.key === "Enter";
    // A plain key is for the control that has the focus: as a shortcut, an arrow would leave a
    // dropdown for the next cell, and a letter change the cell.
    target.toggleAttribute(NO_SHORTCUTS, isPlain && !runsCell);
    const hasOwnKeys = target.isContentEditable || target.closest(HAS_OWN_KEYS);
    if (isPlain && event.key in KEYS && !hasOwnKeys) {
      event.preventDefault();
      event.stopPropagation();
      if (event.type === "keydown") outbox.step(...KEYS[event.key]);
    } else if (canvas) {
      // The canvas would swallow it. A plain key is not for the notebook while a figure is looked
      // at, and is left to the browser, as Tab is; all others are for what is around the canvas.
      event.stopPropagation();
      if (!isPlain || runsCell) handOn(event, canvas);
    }
  }
  // On the window, since a front end may have its shortcuts on the document.
  for (const type of ["keydown", "keyup"]) {
    window.addEventListener(type, onKey, { capture: true, signal });
  }
}

function handOn(event, canvas) {
  const copy = new KeyboardEvent(event.type, event);
  if (!canvas.parentElement.dispatchEvent(copy)) event.preventDefault();
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Gives the text of the label that belongs to a slider: its own, or the one of the box beside it.
function labelOf(slider) {
  for (const place of [slider, slider?.parentElement]) {
    const labels = [...(place?.querySelectorAll(".widget-label") ?? [])];
    const text = labels.map((label) => label.textContent.trim()).find(Boolean);
    if (text) return text;
  }
  return "";
}

function nameAll(root, canvasLabel) {
  for (const handle of root.querySelectorAll("[role=slider]")) {
    const slider = handle.closest(".widget-slider");
    const label = labelOf(slider);
    const handles = slider ? [...slider.querySelectorAll("[role=slider]")] : [];
    const end = handles.length > 1 ? [", from", ", to"][handles.indexOf(handle)] : "";
    if (label) set(handle, "aria-label", label + end);
  }
  for (const button of root.querySelectorAll(TOOLBAR_BUTTON)) {
    if (!button.textContent.trim() && button.title) set(button, "aria-label", button.title);
  }
  for (const button of root.querySelectorAll(".widget-toggle-button")) {
    set(button, "aria-pressed", String(button.classList.contains("mod-active")));
  }
  for (const canvas of root.querySelectorAll(CANVAS)) {
    // With keys of its own, which a screen reader is to leave to it.
    set(canvas, "role", "application");
    set(canvas, "aria-label", `Figure: ${canvasLabel || "activations"}`);
  }
}

// Calls `look` when something in the explorer has changed, and at once.
function watch(root, look, signal) {
  let frame = 0;
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(look);
  };
  const observer = new MutationObserver(later);
  const what = { subtree: true, childList: true, characterData: true, attributeFilter: ["class"] };
  observer.observe(root, what);
  signal.addEventListener("abort", () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
  });
  look();
}

// Gives a function that looks whether there is a canvas to tell the width for.
function tellWidth(root, outbox, signal) {
  let told = 0;
  let timer = 0;
  function tell() {
    const canvas = root.querySelector(CANVAS);
    // A page that is not on show has no width.
    if (!canvas || root.clientWidth === 0) return;
    // A toolbar that stands beside the canvas takes some; one that lies over it does not.
    const aside = canvas.getBoundingClientRect().left - root.getBoundingClientRect().left;
    const width = Math.floor(root.clientWidth - Math.max(aside, 0) - BESIDE);
    // A taller figure may bring the page's scrollbar, which takes width, with which the figure is
    // lower and the scrollbar goes: so it grows only by more than that, and once told it rests.
    const least = width > told && told > 0 ? SCROLLBAR : LEAST;
    if (width <= 0 || Math.abs(width - told) <= least) return;
    told = width;
    outbox.width(width);
  }
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(tell, CALM);
  };
  const observer = new ResizeObserver(later);
  observer.observe(root);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    observer.disconnect();
  });
  return () => told === 0 && later();
}

export default () => {
  const roots = new Set();
  let outbox;

  function initialize({ model }) {
    outbox = makeOutbox(model);
    const ends = [hearKernel(model, outbox, roots), keepTime(model, outbox, roots)];
    return () => ends.forEach((end) => end());
  }

  function render({ model, el }) {
    const leaving = new AbortController();
    const { signal } = leaving;
    explorerAround(el, signal).then((root) => {
      if (!root) return;
      roots.add(root);
      // Where that fails, ipympl shows them as ever.
      takeOverFrames(model).catch(() => {});
      listenToKeys(root, outbox, signal);
      const lookForCanvas = tellWidth(root, outbox, signal);
      const look = () => {
        nameAll(root, model.get("canvas_label"));
        lookForCanvas();
      };
      watch(root, look, signal);
      model.on("change:canvas_label", look);
      signal.addEventListener("abort", () => {
        model.off("change:canvas_label", look);
        roots.delete(root);
        if (roots.size === 0) stop(model);
      });
    });
    return () => leaving.abort();
  }

  return { initialize, render };
};
