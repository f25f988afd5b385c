// Runs once, in the gr.HTML of the form in which somebody says who speaks, which gives `element`, `trigger` and `watch`.
// Events: "said" (what was chosen and typed, and by which button), "dismissed".

const send = (form, says) => {
  const paragraphs = [...form.querySelectorAll("[name=paragraph]:checked")].map((item) => item.value).join(",");
  trigger("said", { ...form.dataset, says, paragraphs, name: form.elements.name.value });
};

element.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, "name");
});
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("dismiss" in button.dataset) trigger("dismissed", {});
  else if (button.type === "button" && button.dataset.says) send(button.closest("form"), button.dataset.says);
});
element.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.stopPropagation();  // which would close the panel
  trigger("dismissed", {});
});
window.addEventListener("hashchange", () => { if (element.querySelector(".who-speaks")) trigger("dismissed", {}); });

watch("value", () => requestAnimationFrame(() => {
  const form = element.querySelector("form");
  if (!form) return;
  form.reset();  // Gradio writes new HTML into the nodes of the old, and leaves what was typed
  form.querySelector("h3").focus({ preventScroll: true });
}));
