// The keyboard of the inbox. Every key is also a button or a link.
const lines = [...document.querySelectorAll(".lines li")];
const at = () => lines.findIndex((line) => line.classList.contains("here"));
const open = (index) => lines[index]?.querySelector("a").click();

lines[at()]?.scrollIntoView({ block: "nearest" });

const keys = {
  j: () => open(Math.min(at() + 1, lines.length - 1)),
  k: () => open(Math.max(at() - 1, 0)),
  x: () => lines[at()]?.querySelector("input").click(),
  a: () => document.getElementById("approve")?.click(),
  r: () => document.getElementById("reason")?.focus(),
  e: () => {
    const edit = document.getElementById("edit");
    if (edit) { edit.open = true; edit.querySelector("input:not([type=hidden]), select, textarea")?.focus(); }
  },
  s: () => document.getElementById("snooze")?.click(),
  u: () => document.getElementById("undo")?.click(),
  "?": () => {
    const list = document.getElementById("keys");
    list.open = !list.open;
    list.querySelector("summary").focus();
  },
  "/": () => document.getElementById("q")?.focus(),
};

// Who dictates, or hits keys by mistake, switches them off: kept in this browser.
const letters = document.getElementById("letters");
letters.checked = localStorage.getItem("letters") !== "off";
letters.closest("p").hidden = false;
letters.addEventListener("change", () => localStorage.setItem("letters", letters.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, textarea, select, [contenteditable]");
  if (field || !letters.checked || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
  event.preventDefault();
  keys[event.key]();
});

// While somebody edits, the rules are asked what they would say: half a second after the last letter, and only
// the newest question's answer is shown. Nothing is written by asking.
const form = document.querySelector("form[data-check]");
let asked = 0;
let timer;

async function judge() {
  const mine = (asked += 1);
  const told = form.querySelector(".trial");
  const answer = await fetch(form.dataset.check, {
    method: "POST", body: new URLSearchParams(new FormData(form)), headers: { accept: "application/json" },
  }).catch(() => null);
  if (mine !== asked || !answer?.ok) return;
  const { verdict, words, value } = await answer.json();
  told.textContent = [words, value].filter(Boolean).join(" ");
  told.className = `trial banner ${{ allow: "good", deny: "bad", invalid: "bad" }[verdict] ?? "warn"}`;
  told.hidden = false;
}

form?.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(judge, 400); });
