// The keyboard of the inbox. Every key is also a button or a link.
const lines = [...document.querySelectorAll(".lines li")];
const at = () => lines.findIndex((line) => line.classList.contains("here"));
const open = (index) => lines[index]?.querySelector("a").click();

const keys = {
  j: () => open(Math.min(at() + 1, lines.length - 1)),
  k: () => open(Math.max(at() - 1, 0)),
  x: () => lines[at()]?.querySelector("input").click(),
  a: () => document.getElementById("approve")?.click(),
  r: () => document.getElementById("reason")?.focus(),
  e: () => {
    const edit = document.getElementById("edit");
    if (edit) { edit.open = true; edit.querySelector("input:not([type=hidden])")?.focus(); }
  },
  s: () => document.getElementById("snooze")?.click(),
  "/": () => document.getElementById("q")?.focus(),
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (field || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});
