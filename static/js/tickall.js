// One box that ticks all others of its name.
export default function tickall(form) {
  for (const all of form.querySelectorAll("[data-all]")) {
    all.addEventListener("change", () => {
      for (const box of form.querySelectorAll(`input[name=${all.dataset.all}]`)) box.checked = all.checked;
    });
  }
}
