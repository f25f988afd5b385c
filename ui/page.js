// Runs once, in the panel's gr.HTML, which gives `element`, `trigger` and `watch`.
// One listener serves every citation: chat messages come and go, and cannot reach Python by themselves.

let opener = "";

const point = (key) => document.querySelectorAll("[data-show]").forEach((item) => {
  if (item.dataset.show === key) item.setAttribute("aria-current", "true");
  else item.removeAttribute("aria-current");
});

const reveal = () => {
  const section = element.querySelector("[data-shown]");
  if (!section || !section.querySelector("[data-back]")) return;
  section.querySelector("h2").focus({ preventScroll: true });
  const target = section.querySelector("mark") ?? section;
  const tall = target.getBoundingClientRect().height > window.innerHeight / 2;
  target.scrollIntoView({ block: tall || target === section ? "start" : "center" });
};

const back = () => {
  const button = [...document.querySelectorAll("[data-show]")].find((item) => item.dataset.show === opener);
  button?.focus({ preventScroll: true });
  button?.scrollIntoView({ block: "center" });
};

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-back]")) return back();
  const turn = event.target.closest("[data-edit]")?.dataset.edit;
  if (turn !== undefined) {
    trigger("edit", { turn });
    document.querySelector("#question textarea").focus();
    return;
  }
  const key = event.target.closest("[data-show]")?.dataset.show;
  if (key === undefined) return;
  if (!element.contains(event.target)) opener = key;
  point(key);
  // The same key again changes nothing in the panel, so nothing would be revealed.
  if (element.querySelector("[data-shown]")?.dataset.shown === key) reveal();
  else trigger("show", { show: key });
});

// A new question comes to the top, and its answer is read from its beginning.
let asked = 0;
let waiting = false;
new MutationObserver(() => {
  const questions = document.querySelectorAll("#chat .question");
  const writing = document.querySelector("#chat :is(.reading, .draft)") !== null;
  const news = questions.length > asked || (waiting && !writing);
  asked = questions.length;
  waiting = writing;
  if (news) [...questions].at(-1)?.scrollIntoView({ block: "start" });
}).observe(document.body, { childList: true, subtree: true });

watch("value", () => requestAnimationFrame(reveal));
