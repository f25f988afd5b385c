// Runs once, in the panel's gr.HTML, which gives `element` and `watch`.

const reveal = () => {
  const section = element.querySelector("[data-shown]");
  if (!section) return;
  section.querySelector("h2").focus({ preventScroll: true });
  const target = section.querySelector("mark") ?? section;
  const tall = target.getBoundingClientRect().height > window.innerHeight / 2;
  target.scrollIntoView({ block: tall || target === section ? "start" : "center" });
};

document.addEventListener("onrecord:shown", reveal);
watch("value", () => requestAnimationFrame(reveal));
