// Runs once, in the gr.HTML with the details of a transcript, which gives `element`, `trigger` and `watch`.
// Events: "given" (title and date), "named" (a speaker), each with what was typed into the form.

element.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-form]");
  if (!form) return;
  event.preventDefault();
  sent = form.dataset.key;
  trigger(form.dataset.form, { ...form.dataset, ...Object.fromEntries(new FormData(form)) });
});

// --- the focus: into the details, back to the form that was sent, back to the row; after a removal to "Undo".
// Gradio writes new HTML into the nodes of the old, so what was typed stays until its form is reset.

let sent = null;
let open = null;
let removing = false;
const shelved = (selector) => [...document.querySelectorAll(`#library-tab ${selector}`)];
const settle = () => {
  const details = element.querySelector(".details");
  const before = open;
  open = details ? details.dataset.id : null;
  if (!details) {
    const undo = document.querySelector("#removed [data-act='undo']");
    const row = shelved("[data-act='details']").find((item) => item.dataset.id === before);
    if (before !== null) (undo && removing ? undo : row)?.focus();
    removing = false;
  } else if (sent !== null && before === open) {
    const form = [...details.querySelectorAll("form")].find((item) => item.dataset.key === sent);
    form?.reset();
    form?.querySelector("input").focus();
  } else {
    details.querySelectorAll("form").forEach((form) => form.reset());
    (details.querySelector("h2") ?? details.querySelector("button")).focus();
    details.scrollIntoView({ block: "start" });
  }
  sent = null;
};
document.addEventListener("click", (event) => {
  if (event.target instanceof Element && event.target.closest("[data-act='remove']")) removing = true;
}, true);
watch("value", () => requestAnimationFrame(settle));

// --- files may be dropped anywhere on the page

const files = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
document.addEventListener("drop", (event) => {
  if (!files(event) || event.target.closest?.("#drop")) return;
  event.preventDefault();  // the browser would leave the page for the file
  const input = document.querySelector("#drop input[type='file']");
  if (!input) return;
  document.querySelectorAll("#tabs [role='tab']").forEach((tab) => {
    if (tab.getAttribute("aria-controls") === "library-tab") tab.click();
  });
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
