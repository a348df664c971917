// Shows the canvas's frames: each one, in their order, as soon as it is decoded. ipympl's own way
// encodes the whole canvas anew for each frame, loads the frame as if from the web, and loses one
// that comes before the last is loaded. Where ipympl is not as it is known here, it goes its way.

const REFERENCE = "IPY_MODEL_";
const AT_REST = 1000; // milliseconds without a frame

function isKnown(canvas) {
  return (
    typeof createImageBitmap === "function" &&
    ["handle_binary", "_for_each_view", "send_message"].every(
      (name) => typeof canvas[name] === "function",
    ) &&
    canvas.offscreen_context instanceof CanvasRenderingContext2D
  );
}

function takeFrames(canvas) {
  let shown = Promise.resolve();
  let timer = 0;

  function show(frame, isWhole) {
    const context = canvas.offscreen_context;
    if (isWhole) {
      context.clearRect(0, 0, context.canvas.width, context.canvas.height);
      // What ipympl shows of a canvas that gets another size, until its next frame.
      canvas.image = frame;
    }
    context.drawImage(frame, 0, 0);
    canvas._for_each_view((view) => view.update_canvas());
    // What a page without a kernel shows; it takes as long as a frame.
    clearTimeout(timer);
    timer = setTimeout(() => canvas.set("_data_url", context.canvas.toDataURL()), AT_REST);
  }

  canvas.handle_binary = ({ whole }, [data]) => {
    const decoded = createImageBitmap(new Blob([data]));
    decoded.catch(() => {}); // is told of in its turn
    canvas.waiting_for_image = false;
    shown = shown
      .then(async () => show(await decoded, whole))
      .catch(() => canvas.send_message("refresh"));
  };
}

async function takeOverFrames(model) {
  const reference = model.get("canvas") ?? "";
  if (!reference.startsWith(REFERENCE)) return;
  const canvas = await model.widget_manager.get_model(reference.slice(REFERENCE.length));
  if (!Object.hasOwn(canvas, "handle_binary") && isKnown(canvas)) takeFrames(canvas);
}
