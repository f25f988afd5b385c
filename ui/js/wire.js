// Runs once, in a gr.HTML of its own, which gives `element` and `trigger`.
// One listener serves the whole page: chat messages come and go, and cannot reach Python by themselves.
// Events: "show", "again", "edit", "leave", "remembered", "noticed", "unforget", "turns", "who", and those that other parts name
// in data-act: "details", "closed", "noted", "remove", "undo", "merge", "unmerge".

const STORED = "onrecord-conversation:";
const CURRENT = "onrecord-current";  // of this tab
const panel = () => document.querySelector("#panel");
const shown = () => panel()?.querySelector("[data-shown]")?.dataset.shown;

// --- opening: what is open stands in the address, so that "Back" goes back and a reload opens it again

const key = () => {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";  // an address that somebody made up
  }
};

const point = () => document.querySelectorAll("#talk [data-show]").forEach((item) => {
  if (key() && item.dataset.show === key()) item.setAttribute("aria-current", "true");
  else item.removeAttribute("aria-current");
});

const follow = () => {
  point();
  document.body.classList.toggle("opened", key() !== "");
  document.querySelector("#talk [data-show][aria-current]")?.scrollIntoView({ block: "nearest" });
  // The same place again changes nothing in the panel, so nothing would be revealed.
  if (shown() === key()) document.dispatchEvent(new Event("onrecord:shown"));
  else trigger("show", { show: key() });
};

const open = (place) => {
  if (place === key()) return follow();
  location.hash = encodeURIComponent(place);  // ends in `follow`
};

let opener = null;
const close = () => {
  if (!key()) return;
  history.pushState(null, "", location.pathname + location.search);
  follow();
  const again = [...document.querySelectorAll("#talk [data-show]")].find((item) => item.dataset.show === opener);
  again?.focus({ preventScroll: true });
  again?.scrollIntoView({ block: "center" });
};

window.addEventListener("hashchange", follow);

// --- the card: what stands around a quote, while its button is hovered or has the focus, or after a tap

const card = document.createElement("div");
card.id = "card";
card.setAttribute("role", "tooltip");
card.hidden = true;
document.body.append(card);
let holder = null;
let leaving = 0;

const dismiss = () => {
  card.hidden = true;
  holder?.removeAttribute("aria-describedby");
  holder = null;
};

const settle = () => {
  const at = holder.getBoundingClientRect();
  if (!holder.isConnected || at.bottom < 0 || at.top > window.innerHeight) return dismiss();
  const size = card.getBoundingClientRect();
  const below = at.bottom + size.height + 8 < window.innerHeight || at.top < size.height + 8;
  card.style.top = `${below ? Math.min(at.bottom + 6, window.innerHeight - size.height - 6) : at.top - size.height - 6}px`;
  card.style.left = `${Math.max(6, Math.min(at.left, window.innerWidth - size.width - 6))}px`;
};

const present = (button) => {
  clearTimeout(leaving);
  if (holder === button) return;
  dismiss();
  const place = button.dataset.show;
  const made = [...document.querySelectorAll("[data-card]")].find((item) => item.dataset.card === place);
  if (!made) return;
  card.replaceChildren(...made.cloneNode(true).childNodes);
  card.querySelectorAll("button").forEach((item) => { item.tabIndex = -1; });  // each stands beside the quote as well
  holder = button;
  holder.setAttribute("aria-describedby", "card");
  card.hidden = false;
  settle();
};

const cited = (target) => (target instanceof Element ? target.closest("#talk :is(.cite, .number)[data-show]") : null);
let finger = false;  // whether the last thing that pointed was a finger, which cannot hover
document.addEventListener("pointerdown", (event) => { finger = event.pointerType === "touch"; }, true);
document.addEventListener("pointerover", (event) => {
  if (event.pointerType === "touch") return;
  if (cited(event.target)) present(cited(event.target));
  else if (card.contains(event.target)) clearTimeout(leaving);
  else if (holder && holder !== document.activeElement) {
    clearTimeout(leaving);
    leaving = setTimeout(dismiss, 300);
  }
});
document.addEventListener("focusin", (event) => {
  if (cited(event.target) && event.target.matches(":focus-visible")) present(cited(event.target));
  else if (!card.contains(event.target)) dismiss();
});
document.addEventListener("scroll", (event) => { if (holder && !card.contains(event.target)) settle(); }, true);

// --- copying

const status = document.createElement("div");
status.id = "status";
status.setAttribute("role", "status");
document.body.append(status);
let saying = 0;
const say = (words) => {
  status.textContent = words;
  clearTimeout(saying);
  saying = setTimeout(() => { status.textContent = ""; }, 2500);
};

const copy = (words) => navigator.clipboard.writeText(words)
  .then(() => say(element.querySelector("[data-said='copied']").textContent))
  .catch(() => say(element.querySelector("[data-said='not-copied']").textContent));

// --- clicks and keys

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  if (event.target.closest("[data-close]")) return close();
  const copied = event.target.closest("[data-copy]");
  if (copied) return copy(copied.dataset.copy);
  const act = event.target.closest("[data-act]");
  if (act) {
    trigger(act.dataset.act, { ...act.dataset });
    if (act.dataset.act === "edit") document.querySelector("#question textarea").focus();
    return;
  }
  const place = event.target.closest("[data-show]")?.dataset.show;
  if (place === undefined) {
    if (!card.contains(event.target)) dismiss();
    return;
  }
  const button = cited(event.target);
  if (button && finger && holder !== button) return present(button);  // the card has a button that opens
  if (button) opener = place;
  else if (holder && card.contains(event.target)) opener = holder.dataset.show;
  dismiss();
  open(place);
});

const step = (by) => {
  const quotes = [...document.querySelectorAll("#talk .quote .cite[data-show]")].filter((item) => item.offsetParent);
  if (!quotes.length) return;
  const at = quotes.findIndex((item) => item === document.activeElement || item.dataset.show === key());
  const newest = quotes.at(-1).closest(".answer");  // where none is open, from the answer that was read last
  const first = by > 0 && newest ? quotes.findIndex((item) => newest.contains(item)) : (by > 0 ? 0 : quotes.length - 1);
  const next = quotes[at < 0 ? first : (at + by + quotes.length) % quotes.length];
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
  opener = next.dataset.show;
  open(next.dataset.show);
};

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    if (!card.hidden) dismiss();
    else if (!event.target.closest("input, textarea, select")) close();  // there it has a meaning of its own
  } else if (event.altKey && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    step(event.key === "ArrowDown" ? 1 : -1);
  }
});

// --- a new question comes to the top, and its answer is read from its beginning

let asked = 0;
let waiting = false;
new MutationObserver(() => {
  // Gradio calls its examples a list, and they are buttons.
  document.querySelectorAll("#chat .examples[role]").forEach((item) => item.removeAttribute("role"));
  const questions = document.querySelectorAll("#chat .question");
  const writing = document.querySelector("#chat .bot-row:last-child :is(.reading, .draft)") !== null;
  const news = questions.length > asked || (waiting && !writing);
  asked = questions.length;
  waiting = writing;
  if (news) [...questions].at(-1)?.scrollIntoView({ block: "start" });
}).observe(document.body, { childList: true, subtree: true });

// --- a server that was started anew knows nothing of this page: it is loaded again, with what was being typed

const TYPED = "onrecord-typed";
const box = () => document.querySelector("#question textarea");
let known = "";  // the server that this page was loaded from
const look = async () => {
  if (document.hidden) return;
  try {
    const { app_id: now } = await (await fetch("gradio_api/app_id")).json();
    if (known && now !== known) {
      sessionStorage.setItem(TYPED, box()?.value ?? "");
      location.reload();
    }
    known = now;
  } catch (error) {
    console.debug("On Record: no server:", error.message);  // it may come back
  }
};
setInterval(look, 5000);
look();
// Gradio may make the box, or fill it with its own empty text, only after this runs: what was being typed is put there
// until it has stayed for a while, or somebody does something.
const typed = (tries) => {
  const words = sessionStorage.getItem(TYPED);
  if (!words) return;
  if (box()?.value === "") {
    box().value = words;
    box().dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (tries) setTimeout(typed, 200, tries - 1);
  else sessionStorage.removeItem(TYPED);
};
["keydown", "pointerdown"].forEach((act) => {
  window.addEventListener(act, () => sessionStorage.removeItem(TYPED), { capture: true });
});

// --- what the browser keeps; js/outbox.js writes it

const tokens = () => JSON.stringify(
  Object.keys(localStorage).filter((name) => name.startsWith(STORED)).map((name) => localStorage.getItem(name)),
);
const remembered = () => {
  try {
    typed(15);
    return { tokens: tokens(), current: sessionStorage.getItem(CURRENT) ?? "" };
  } catch (error) {
    console.warn("On Record: the browser keeps no conversations:", error.message);  // forbidden
    return {};
  }
};
window.addEventListener("storage", (event) => {
  if (event.key === null || event.key.startsWith(STORED)) trigger("noticed", { tokens: tokens() });
});
trigger("remembered", remembered());
if (key()) follow();
