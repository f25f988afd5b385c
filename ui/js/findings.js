// Runs once in each gr.HTML of what was found, which gives `element`.

// From the summary to a quotation.  Not by a link, since the address says what is open in the panel.
element.addEventListener("click", (event) => {
  const name = event.target.closest("[data-jump]")?.dataset.jump;
  const target = name && element.querySelector(`#${name}`);
  target?.scrollIntoView({ block: "start" });
  target?.focus({ preventScroll: true });
});
