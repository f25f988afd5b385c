// Runs once, in the panel's gr.HTML, which gives `element`, `props` and `watch`.
// Puts a transcript into the panel, brings its quote into view, searches it, jumps by speaker, plays its recording.

const find = (selector) => element.querySelector(selector);
const panel = element.closest("#panel");

// --- into view.  Lists of turns that are off screen are not laid out (content-visibility), so their heights are guesses
// until they are seen: a place is aimed at again, frame by frame, until it stands still.

let aim = 0;
const bring = (turn, box, middle) => {
  cancelAnimationFrame(aim);  // of the place before
  let still = 0;
  const again = (left) => {
    const view = panel.getBoundingClientRect();
    const top = find("header").getBoundingClientRect().bottom + 8;
    const at = box();
    const wanted = middle && at.height < (view.bottom - top) / 2 ? (top + view.bottom - at.height) / 2 : top;
    const before = panel.scrollTop;
    panel.scrollTop += at.top - wanted;
    still = Math.abs(panel.scrollTop - before) < 2 ? still + 1 : 0;
    if (still < 3 && left) aim = requestAnimationFrame(() => again(left - 1));
  };
  turn.scrollIntoView({ block: "center", behavior: "instant" });
  again(30);
};

const mark = () => find("mark");
const bringMark = () => bring(mark().closest("li"), () => mark().getBoundingClientRect(), true);

// --- the recording

const PLAYS = "onrecord-play";  // what a person chose; on unless they said no
const remembered = () => {
  try { return localStorage.getItem(PLAYS) !== "off"; } catch { return true; }  // a browser that keeps nothing
};
const remember = (on) => {
  try { localStorage.setItem(PLAYS, on ? "on" : "off"); } catch (error) { console.warn("On Record:", error.message); }
};

const recording = () => find("audio, video");
const cue = (seconds) => { recording().currentTime = seconds; };
const play = (seconds) => {
  cue(seconds);
  // Browsers refuse where nobody clicked, and when the next place is cued before this one has begun: it stays cued.
  recording().play().catch((error) => console.debug("On Record: not played:", error.message));
};
element.addEventListener("error", (event) => {
  if (event.target === recording()) find(".sound .error").hidden = false;
}, true);
window.addEventListener("hashchange", () => { if (location.hash.length < 2) recording()?.pause(); });

// --- search within: the words of the turns, joined once for each transcript

let turns = [];
let words = null;
let matches = [];  // [turn, start, end]
let at = -1;
let typing = 0;  // the pause after which is searched
const said = (turn) => turn.querySelector(".said");

// The range of characters of a turn; a quote that is marked stands in a node of its own.
const rangeOf = ([turn, start, end], Kind = StaticRange) => {
  const place = (offset) => {
    let left = offset;
    const texts = document.createTreeWalker(said(turns[turn]), NodeFilter.SHOW_TEXT);
    let node = texts.nextNode();
    while (node.length < left) {
      left -= node.length;
      node = texts.nextNode();
    }
    return [node, left];
  };
  const [startContainer, startOffset] = place(start);
  const [endContainer, endOffset] = place(end);
  if (Kind === StaticRange) return new StaticRange({ startContainer, startOffset, endContainer, endOffset });
  const range = document.createRange();
  range.setStart(startContainer, startOffset);
  range.setEnd(endContainer, endOffset);
  return range;
};

// Browsers get slow with thousands of painted ranges: of more, the nearest to the one that is stepped to.
const PAINTED = 1000;
const paint = (name, ranges) => CSS.highlights?.set(name, new Highlight(...ranges));
const paintFound = () => {
  const first = Math.max(0, Math.min(at - PAINTED / 2, matches.length - PAINTED));
  paint("found", matches.slice(first, first + PAINTED).map((match) => rangeOf(match)));
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const pattern = (query) => new RegExp(escaped(query).replace(/\s+/g, "\\s+").replace(/['’‘]/g, "['’‘]"), "giu");

const say = (output, number, count) => {
  const counted = { "{at}": (number + 1).toLocaleString("en"), "{count}": count.toLocaleString("en") };
  output.textContent = output.dataset.counted.replace(/\{at\}|\{count\}/g, (name) => counted[name]);
};

const search = () => {
  clearTimeout(typing);
  typing = 0;
  const query = find("[type=search]").value.trim();
  words ??= turns.map((turn) => said(turn).textContent);
  matches = [];
  at = -1;
  if (query) {
    const wanted = pattern(query);
    words.forEach((text, turn) => {
      for (const match of text.matchAll(wanted)) matches.push([turn, match.index, match.index + match[0].length]);
    });
  }
  paintFound();
  paint("found-here", []);
  find(".found-here")?.classList.remove("found-here");
  const output = find("[role=search] output");
  output.textContent = "";
  if (!query) return;
  if (!matches.length) {
    output.textContent = output.dataset.none;
    return;
  }
  const here = topmost();  // from where the reader is, not from the beginning
  goTo(Math.max(0, matches.findIndex(([turn]) => turn >= here)));
};

const goTo = (number) => {
  at = number;
  const match = matches[at];
  const turn = turns[match[0]];
  const range = rangeOf(match, Range);
  find(".found-here")?.classList.remove("found-here");
  turn.classList.add("found-here");  // where a browser cannot paint ranges, this shows at least the turn
  if (matches.length > PAINTED) paintFound();
  paint("found-here", [range]);
  say(find("[role=search] output"), at, matches.length);
  bring(turn, () => range.getBoundingClientRect(), true);
};
const stepMatch = (by) => { if (matches.length) goTo((at + by + matches.length) % matches.length); };

// The first turn that is not above the view.  Only the list that reaches into it is laid out.
const topmost = () => {
  const top = find("header").getBoundingClientRect().bottom;
  const below = (item) => item.getBoundingClientRect().bottom > top;
  const list = [...element.querySelectorAll("ol")].find(below);
  return list ? turns.indexOf([...list.children].find(below) ?? list.lastElementChild) : 0;
};

// --- jump by speaker

let jumped = -1;  // to this turn last
const theirs = () => {
  const who = find("select").value;
  return turns.flatMap((turn, number) => (!who || turn.dataset.by === who ? [number] : []));
};
const forget = () => {
  jumped = -1;
  find(".jumped")?.classList.remove("jumped");
  find("[role=group] output").textContent = "";
};
const jumpTo = (numbers, next) => {
  forget();
  if (next < 0) return;
  jumped = numbers[next];
  turns[jumped].classList.add("jumped");
  say(find("[role=group] output"), next, numbers.length);
  bring(turns[jumped], () => turns[jumped].getBoundingClientRect(), false);
};
const jump = (by) => {
  const numbers = theirs();
  const here = topmost();
  const from = Math.abs(jumped - here) < 2 ? jumped : here;  // somebody may have scrolled away meanwhile
  const next = by > 0 ? numbers.findIndex((number) => number > from) : numbers.findLastIndex((number) => number < from);
  jumpTo(numbers, next < 0 && by < 0 ? numbers.length - 1 : Math.max(0, next));
};
const choose = () => {
  if (!find("select").value) return forget();
  const numbers = theirs();
  const here = topmost();
  const next = numbers.findIndex((number) => number >= here);
  jumpTo(numbers, next < 0 ? numbers.length - 1 : next);
};

// --- what is clicked and typed in the panel

element.addEventListener("input", (event) => {
  if (event.target.type !== "search") return;
  clearTimeout(typing);
  typing = setTimeout(search, 150);
});
element.addEventListener("change", (event) => {
  if (event.target.matches("select")) choose();
  else if (event.target.type === "checkbox") remember(event.target.checked);
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { find: match, turn: by, play: seconds } = button.dataset;
  if (match) stepMatch(Number(match));
  else if (by) jump(Number(by));
  else if (seconds) play(Number(seconds));
  else if ("who" in button.dataset) askEverywhere(button);
  else if (button.dataset.act === "turns") onward = button.closest("ol ~ p") ? "after" : "before";
  else if ("toMark" in button.dataset) {
    bringMark();
    mark().focus({ preventScroll: true });
  }
});
element.addEventListener("keydown", (event) => {
  if (event.target.type !== "search") return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (typing) search();  // which goes to the first match
    else stepMatch(event.shiftKey ? -1 : 1);
  } else if (event.key === "Escape") {
    event.stopPropagation();  // which would close the panel
    event.target.value = "";
    search();
    find("h2").focus({ preventScroll: true });
  }
});

// --- who speaks: a button in every turn, once somebody wants them

const askEverywhere = (button) => {
  const on = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", on);
  element.querySelectorAll(".who-button.made").forEach((item) => item.remove());
  if (!on) return;
  const first = (find("ol").start || 1) - 1;
  const made = find("nav template").content.firstElementChild;
  turns.forEach((turn, number) => {
    if (turn.querySelector(".who-button")) return;
    const item = made.cloneNode(true);
    item.classList.add("made");
    item.dataset.utterance = first + number;
    item.setAttribute("aria-label", item.getAttribute("aria-label") + turn.querySelector(".place").textContent);
    turn.querySelector(".by").append(item);
  });
};

// --- a transcript comes

let onward = "";  // "before" or "after": somebody reads on in turns that were not shown

const reveal = () => {
  const section = find("[data-shown]");
  if (!section) return;
  find("h2").focus({ preventScroll: true });
  const labelled = turns[section.dataset.turn];
  if (labelled) return bring(labelled, () => labelled.getBoundingClientRect(), true);
  if (onward || !mark()) {
    panel.scrollTop = onward === "before" ? panel.scrollHeight : 0;
    onward = "";
    return;
  }
  bringMark();
  if (!recording()?.dataset.at) return;
  const seconds = Number(recording().dataset.at);
  // Whoever has just clicked or pressed a key wants to hear it; "Back" and a reload only cue it.
  if (remembered() && navigator.userActivation?.isActive) play(seconds);
  else cue(seconds);
};

const sized = new ResizeObserver(([entry]) => {
  panel.style.setProperty("--header", `${entry.target.offsetHeight}px`);
});

const put = () => {
  cancelAnimationFrame(aim);
  const header = find("header");
  if (header) sized.unobserve(header);
  element.innerHTML = props.value ?? "";
  turns = [...element.querySelectorAll("li")];
  [words, matches, at, jumped] = [null, [], -1, -1];
  paint("found", []);
  paint("found-here", []);
  if (find("header")) sized.observe(find("header"));
  if (recording()) find("[type=checkbox]").checked = remembered();
  const section = find("[data-turn][data-shown]");
  // Under a label the same words stand in another reading, and so at another place.
  if (section) history.replaceState(null, "", `#${encodeURIComponent(section.dataset.shown)}`);
  reveal();
};

document.addEventListener("onrecord:shown", reveal);
watch("value", put);
