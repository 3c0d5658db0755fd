// Shows a folded question as a dialog; without script it folds out in place, with the same form.
let count = 0;

export default function confirm(details) {
  const form = details.querySelector("form");
  const keep = form.querySelector("[data-keep]");
  const title = form.querySelector("h2");
  title.id ||= `question-${(count += 1)}`;

  const dialog = document.createElement("dialog");
  dialog.className = "question";
  dialog.setAttribute("aria-labelledby", title.id);
  document.body.append(dialog);
  dialog.addEventListener("close", () => details.append(form));

  keep.hidden = false;
  keep.addEventListener("click", () => (dialog.open ? dialog.close() : details.removeAttribute("open")));
  details.querySelector("summary").addEventListener("click", (event) => {
    if (details.open) return; // shown in place, with what the server found wrong
    event.preventDefault();
    dialog.append(form);
    dialog.showModal();
  });
}
