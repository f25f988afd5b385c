// Runs once in each gr.HTML of what was found, which gives `element`, `props` and `watch`.

// Gradio writes a new value into the nodes of the old one, but not into what a <template> holds: a quote would keep the
// card of the quote that stood in its place before.  So the value is put there anew.
watch("value", () => {
  const made = document.createElement("template");
  made.innerHTML = props.value ?? "";
  element.replaceChildren(made.content);
});

// From the summary to a quotation.  Not by a link, since the address says what is open in the panel.
element.addEventListener("click", (event) => {
  const name = event.target.closest("[data-jump]")?.dataset.jump;
  const target = name && element.querySelector(`#${name}`);
  target?.scrollIntoView({ block: "start" });
  target?.focus({ preventScroll: true });
});
