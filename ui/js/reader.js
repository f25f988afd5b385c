// Runs once, in the panel's gr.HTML, which gives `element`, `props` and `watch`.
// Puts a transcript into the panel, brings its quote into view, searches it, jumps by speaker, plays its recording.

const find = (selector) => element.querySelector(selector);
const panel = element.closest("#panel");

// --- into view.  Turns that are off screen are not laid out (content-visibility), so heights above are guesses until
// they are seen: a place is aimed at again, frame by frame, until it stands still.

let aim = 0;
const bring = (turn, box, middle) => {
  cancelAnimationFrame(aim);
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
const bringTurn = (turn) => bring(turn, () => turn.getBoundingClientRect(), false);

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

let words = null;
let matches = [];  // [turn, start, end]
let at = -1;
let typing = 0;  // the pause after which is searched
const turns = () => find("ol")?.children ?? [];
const said = (turn) => turn.querySelector(".said");

// The range of characters of a turn; a quote that is marked stands in a node of its own.
const rangeOf = ([turn, start, end], Kind = StaticRange) => {
  const place = (offset) => {
    let left = offset;
    const texts = document.createTreeWalker(said(turns()[turn]), NodeFilter.SHOW_TEXT);
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

const MOST_PAINTED = 5000;  // browsers get slow with more, and nobody reads them: all are counted and stepped through
const paint = (name, ranges) => {
  if (CSS.highlights) CSS.highlights.set(name, new Highlight(...ranges));
};

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const pattern = (query) => new RegExp(escaped(query).replace(/\s+/g, "\\s+").replace(/['’‘]/g, "['’‘]"), "giu");

const worded = (output, count) => {
  output.textContent = count ? output.dataset.matches.replace("{at}", at + 1).replace("{count}", count.toLocaleString()) : output.dataset.none;
};

const search = () => {
  clearTimeout(typing);
  typing = 0;
  const query = find("[type=search]").value.trim();
  words ??= [...turns()].map((turn) => said(turn).textContent);
  matches = [];
  at = -1;
  if (query) {
    const wanted = pattern(query);
    words.forEach((text, turn) => {
      for (const match of text.matchAll(wanted)) matches.push([turn, match.index, match.index + match[0].length]);
    });
  }
  paint("found", matches.slice(0, MOST_PAINTED).map((match) => rangeOf(match)));
  paint("found-here", []);
  find(".found-here")?.classList.remove("found-here");
  const output = find("[role=search] output");
  output.textContent = "";
  if (!query) return;
  // From where the reader is, not from the beginning.
  if (matches.length) return goTo(Math.max(0, matches.findIndex(([turn]) => turn >= topmost())));
  worded(output, 0);
};

const goTo = (number) => {
  at = number;
  const match = matches[at];
  const turn = turns()[match[0]];
  const range = rangeOf(match, Range);
  find(".found-here")?.classList.remove("found-here");
  turn.classList.add("found-here");  // where a browser cannot paint ranges, this shows at least the turn
  paint("found-here", [range]);
  worded(find("[role=search] output"), matches.length);
  bring(turn, () => range.getBoundingClientRect(), true);
};
const stepMatch = (by) => { if (matches.length) goTo((at + by + matches.length) % matches.length); };

// The first turn that is below the header: found by halving, since asking all of them would lay all of them out.
const topmost = () => {
  const top = find("header").getBoundingClientRect().bottom;
  let [low, high] = [0, turns().length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (turns()[middle].getBoundingClientRect().bottom > top) high = middle;
    else low = middle + 1;
  }
  return low;
};

// --- jump by speaker

let turn = -1;  // jumped to last
const speaker = () => find(".tools select").value;
const jump = (by) => {
  const who = speaker();
  const theirs = [...turns()].flatMap((item, number) => (!who || item.dataset.by === who ? [number] : []));
  if (!theirs.length) return;
  const here = topmost();
  const from = turn >= 0 && Math.abs(turn - here) < 2 ? turn : here;  // unless somebody scrolled away meanwhile
  let next = by > 0 ? theirs.findIndex((number) => number > from) : theirs.findLastIndex((number) => number < from);
  if (next < 0) next = by > 0 ? 0 : theirs.length - 1;
  show(theirs, next);
};
const show = (theirs, next) => {
  find(".jumped")?.classList.remove("jumped");
  turn = theirs[next];
  turns()[turn].classList.add("jumped");
  const output = find("[role=group] output");
  output.textContent = output.dataset.matches
    .replace("{at}", (next + 1).toLocaleString()).replace("{count}", theirs.length.toLocaleString());
  bringTurn(turns()[turn]);
};
const choose = () => {
  find("[role=group] output").textContent = "";
  find(".jumped")?.classList.remove("jumped");
  turn = -1;
  if (!speaker()) return;
  const theirs = [...turns()].flatMap((item, number) => (item.dataset.by === speaker() ? [number] : []));
  const here = topmost();
  if (theirs.length) show(theirs, Math.max(0, theirs.findIndex((number) => number >= here)));
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

// --- a transcript comes

const reveal = () => {
  const section = find("[data-shown]");
  if (!section) return;
  find("h2").focus({ preventScroll: true });
  if (mark()) bringMark();
  else panel.scrollTop = 0;
  if (recording()?.dataset.at) {
    const seconds = Number(recording().dataset.at);
    // Whoever has just clicked or pressed a key wants to hear it; "Back" and a reload only cue it.
    if (remembered() && navigator.userActivation?.isActive) play(seconds);
    else cue(seconds);
  }
};

const sized = new ResizeObserver(([entry]) => {
  panel.style.setProperty("--header", `${entry.target.offsetHeight}px`);
});

const put = () => {
  const header = find("header");
  if (header) sized.unobserve(header);
  element.innerHTML = props.value ?? "";
  words = null;
  [matches, at, turn] = [[], -1, -1];
  paint("found", []);
  paint("found-here", []);
  if (find("header")) sized.observe(find("header"));
  if (recording()) find("[type=checkbox]").checked = remembered();
  reveal();
};

document.addEventListener("onrecord:shown", reveal);
watch("value", put);
