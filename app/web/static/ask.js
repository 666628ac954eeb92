// Follows the turn under way: text as it comes, steps as they are ticked off. At its end the page is loaded
// again, so that everything on it was made by the server. Text is only ever set as text.
const live = document.getElementById("live");

function follow() {
  const said = live.querySelector(".said");
  let stored = said.textContent;
  let fresh = "";
  const show = () => { said.textContent = stored + fresh; };
  const source = new EventSource(live.dataset.events);
  const on = (kind, act) => source.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  const note = (words) => {
    const line = document.createElement("p");
    line.className = "muted";
    line.textContent = words;
    said.before(line);
  };
  on("delta", (body) => { fresh += body.text; show(); });
  on("text", (body) => { stored = body.restart ? body.text : stored + body.text; fresh = ""; show(); });
  on("tool_call", (body) => note(`${body.name.replaceAll("_", " ")} ...`));
  on("approval", (body) => note(body.text));
  on("notice", (body) => note(body.text));
  on("step", (body) => {
    const step = live.querySelector(`[data-step="${body.index}"]`);
    if (step) { step.className = body.state; step.querySelector(".badge").textContent = body.state; }
  });
  on("plan", (body) => {
    const list = document.createElement("ol");
    list.className = "steps";
    body.steps.forEach((step, index) => {
      const line = document.createElement("li");
      const badge = document.createElement("span");
      line.dataset.step = index;
      line.className = step.state;
      badge.className = "badge plain";
      badge.textContent = step.state;
      line.append(`${step.text} `, badge);
      list.append(line);
    });
    live.querySelector(".steps")?.remove();
    live.prepend(list);
  });
  on("close", () => { source.close(); location.reload(); });
  addEventListener("pagehide", () => source.close());
}

if (live) follow();

document.getElementById("text")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
